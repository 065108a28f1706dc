"""Sentences: what evidence is quoted by."""

from __future__ import annotations

from monitor import sentences


def test_sentences_end_at_stops_and_line_breaks() -> None:
    """Extracted text has one line a paragraph."""
    assert sentences.split(
        "La scuola apre lunedì mattina. Il sindaco ringrazia tutti!\nDomani si replica in piazza"
    ) == [
        "La scuola apre lunedì mattina.",
        "Il sindaco ringrazia tutti!",
        "Domani si replica in piazza",
    ]


def test_a_fragment_is_no_sentence() -> None:
    """Two words are not evidence: they belong to what stands before."""
    assert sentences.split("Ha vinto la squadra di Verdello. Tre a uno. Domenica si gioca a Osio Sotto.") == [
        "Ha vinto la squadra di Verdello. Tre a uno.",
        "Domenica si gioca a Osio Sotto.",
    ]


def test_a_quotation_mark_opens_its_own_sentence() -> None:
    """Evidence is quoted whole."""
    assert sentences.split("Il terreno era di una tintoria. «Non ne sapevamo nulla davvero», dice il sindaco.") == [
        "Il terreno era di una tintoria.",
        "«Non ne sapevamo nulla davvero», dice il sindaco.",
    ]


def test_a_subheading_or_byline_is_no_sentence() -> None:
    """What stands alone on a line in three words says nothing."""
    assert sentences.split("Le voci\nIl corteo è partito alle nove in punto.\nChiara B.") == [
        "Il corteo è partito alle nove in punto."
    ]


def test_spans_are_where_the_sentences_stand() -> None:
    """Characters of the text as given."""
    text = "  La prima frase è qui. La seconda frase segue.  "
    assert [text[a:b].strip() for a, b in sentences.spans(text)] == sentences.split(text)


def test_no_text_has_no_sentences() -> None:
    """A headline alone has no evidence."""
    assert sentences.split(" \n ") == []
