"""The digest reads well, says what it knows, and carries nothing harmful."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from monitor import digest, italian
from monitor.config import Territory
from monitor.indicator import Difference, points
from tests.conftest import NOW, story


def article(**changed: object) -> dict[str, Any]:
    """A row as the database gives it."""
    row: dict[str, Any] = {
        "story": "s", "week": "2026-W46", "article": "a", "title": "Verdello, furto in farmacia", "url": "https://x.it/a",
        "published": "2026-11-10T08:00:00Z", "outlet": "x", "outlet_name": "Bassa Oggi", "public": "local", "reach": 1.0,
        "relevance": "territory", "sentiment": "negative", "p_negative": 0.9, "p_positive": 0.05, "p_stigma": 0.1,
        "topics": ["crime"], "stigma": 0, "evidence": ["Due uomini sono fuggiti."], "uncertain": 0, "communes": ["verdello"],
        "access": "full",
    }  # fmt: skip
    return row | changed


def build(
    territory: Territory, articles: list[dict[str, Any]], silent: tuple[dict[str, str], ...] = ()
) -> digest.Digest:
    made = [
        story(a["week"], p=a["p_negative"], id=a["story"], publics=frozenset({a["public"]}), p_positive=a["p_positive"])
        for a in articles
    ]
    drawn = points(made, "2026-W30", "2026-W46", {}, model="m")
    return digest.build(digest.Week("2026-W46", articles, made, drawn, silent, 2, NOW), territory)


def test_a_week_with_a_bad_story_names_it_first(territory: Territory) -> None:
    """Headline, outlet, evidence and commune stand together."""
    made = build(
        territory,
        [article(), article(story="t", title="Nuova scuola", p_negative=0.1, p_positive=0.8, sentiment="positive")],
    )
    page = digest.render_html(made)
    assert made.context["hurts"][0]["title"] == "Verdello, furto in farmacia"
    assert made.context["helps"][0]["title"] == "Nuova scuola"
    assert "Due uomini sono fuggiti." in page
    assert "da lunedì 9 a domenica 15 novembre 2026" in page
    assert "lunedì 16 novembre 2026" in page


def test_an_empty_week_reads_well(territory: Territory) -> None:
    """No block, no figure, no broken sentence."""
    made = build(territory, [])
    page = digest.render_html(made)
    assert "nessuna notizia sul territorio" in page
    assert "<h2>Le notizie" not in page


def test_too_few_stories_claim_nothing(territory: Territory) -> None:
    """One story is no trend."""
    made = build(territory, [article()])
    assert "troppo poche" in made.context["figure"]
    assert "su 100" not in made.context["figure"]


def test_good_local_stories_are_to_push_until_a_national_outlet_takes_them(territory: Territory) -> None:
    """What the nation already reads needs no push."""
    good = article(story="g", p_negative=0.0, p_positive=0.9, sentiment="positive", topics=["business"])
    assert [s["story"] for s in build(territory, [good]).context["push"]] == ["g"]
    assert build(territory, [good, good | {"article": "b", "public": "national"}]).context["push"] == []


def test_labels_and_silent_sources_are_listed(territory: Territory) -> None:
    """For the right of reply, and so that peace is not mistaken."""
    made = build(territory, [article(stigma=1)], ({"outlet": "Gazzetta", "reason": ""},))
    assert made.context["labels"][0]["outlet"] == "Bassa Oggi"
    assert "Gazzetta: non ha risposto" in digest.render_html(made)
    assert "2 articoli sul territorio non hanno una data sicura" in digest.render_markdown(made)


@pytest.mark.parametrize(
    "title",
    ['<script>alert("x")</script>', '"><img src=x onerror=alert(1)>', "=cmd|'/c calc'!A0", "![x](javascript:alert(1))"],
)
def test_a_hostile_headline_is_text(territory: Territory, title: str) -> None:
    """Headlines come from the web: they are shown, never run."""
    made = build(territory, [article(title=title, url="javascript:alert(1)")])
    page, text = digest.render_html(made), digest.render_markdown(made)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page
    assert "](javascript:" not in text.replace("\\", "")[: text.find("##")]
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", "è migliorata"),
        ("worse", "è peggiorata"),
        ("same", "dal caso"),
        ("unknown", "Non ci sono abbastanza"),
    ],
)
def test_trends_are_worded_by_their_interval(verdict: str, expected: str) -> None:
    """Better or worse only where the difference is real."""
    said = digest.trend_sentence(Difference(-12.0, -20.0, -3.0, verdict), "un anno fa")
    assert expected in said


def test_a_thin_week_of_coverage_is_said() -> None:
    """A dead feed looks like peace: the reader is warned."""
    [point] = [
        p
        for p in points([story(id=str(i)) for i in range(5)], "2026-W46", "2026-W46", {"2026-W46": 0.55}, model="m")
        if p.series == "icr"
    ]
    assert "solo il 55% della stampa attesa" in digest.sure_sentence(point)


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        ("2026-W46", "da lunedì 9 a domenica 15 novembre 2026"),
        ("2026-W27", "da lunedì 29 giugno a domenica 5 luglio 2026"),
        ("2026-W01", "da lunedì 29 dicembre 2025 a domenica 4 gennaio 2026"),
    ],
)
def test_weeks_are_written_as_italians_do(week: str, expected: str) -> None:
    """Months and years are repeated only where they differ."""
    assert italian.week(week) == expected


@pytest.mark.parametrize(("n", "expected"), [(1, "1 storia"), (0, "0 storie"), (1200, "1.200 storie")])
def test_plurals_and_thousands(n: int, expected: str) -> None:
    """The noun agrees, thousands take a point."""
    assert italian.count(n, "storia", "storie") == expected


def test_numbers_use_a_comma_and_no_negative_zero() -> None:
    """34,5 and not 34.5; 0 and not -0."""
    assert italian.number(34.46, 1) == "34,5"
    assert italian.number(-0.2) == "0"


def test_dates_are_where_the_territory_lies(territory: Territory) -> None:
    """Half past eleven at night in UTC is tomorrow in Rome."""
    assert italian.short_day(datetime(2026, 11, 15, 23, 30, tzinfo=UTC), territory.zone) == "16 novembre"
