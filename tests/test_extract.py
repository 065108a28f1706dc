"""Pages as outlets make them, all invented, and the article that a reader would have read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitor import boilerplate
from monitor.extract import VERSION, check_date, extract
from monitor.language import language
from monitor.markup import decode
from monitor.metadata import without_outlet
from monitor.types import Article, Entry, Page, Rejected

NOW = datetime(2026, 2, 18, 9, tzinfo=UTC)
URL = "https://www.giornale.example/cronaca/parco-zingonia"
PARAGRAPHS = (
    "Il nuovo parco di Zingonia è stato aperto questa mattina davanti a un centinaio di residenti, "
    "con la banda del paese e i bambini delle scuole elementari.",
    "I lavori sono durati due anni e hanno riguardato il verde, l'illuminazione e una pista ciclabile "
    "che collega le case alla stazione, ha spiegato il sindaco durante la cerimonia.",
    "Secondo il comitato di quartiere l'area era chiusa da tempo: «Finalmente torna ai cittadini», "
    "dice una delle abitanti, che vive qui dal 1975 e ha seguito tutto il cantiere.",
    "Nei prossimi mesi saranno piantati altri duecento alberi e sarà sistemato il campo da gioco, "
    "mentre resta da decidere il futuro della vecchia fontana al centro della piazza.",
)
LONG = "\n".join(PARAGRAPHS * 2)


def page(
    html: str | bytes, *, content_type: str = "text/html; charset=utf-8", final: str = URL, url: str = URL
) -> Page:
    """A page as it was fetched."""
    return Page(url, final, 200, html.encode() if isinstance(html, str) else html, content_type, NOW)


def entry(summary: str = "", published: datetime | None = None) -> Entry:
    """A feed's line about the article."""
    return Entry("f", "o", URL, "Zingonia ha il suo parco", summary, published, "it")


def document(body: str, head: str = "<title>Apre il parco di Zingonia</title>") -> str:
    """An Italian page."""
    return f'<!DOCTYPE html><html lang="it"><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'


def story(*paragraphs: str, head: str = "<title>Apre il parco di Zingonia</title>", before: str = "") -> str:
    """A page with an article on it."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs or PARAGRAPHS)
    return document(f"<article><h1>Apre il parco di Zingonia</h1>{before}{text}</article>", head)


def ld(value: object) -> str:
    """A JSON-LD script."""
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def article(html: str | bytes, line: Entry | None = None, **how: str) -> Article:
    """The article of a page that must hold one."""
    found = extract(page(html, **how), line)
    assert isinstance(found, Article), found
    return found


def rejected(html: str | bytes, line: Entry | None = None, **how: str) -> str:
    """Why a page that holds no article is rejected."""
    found = extract(page(html, **how), line)
    assert isinstance(found, Rejected), found
    assert found.reason.endswith(".")
    return found.kind


NEWS = {
    "@type": "NewsArticle",
    "headline": "Zingonia, apre il parco",
    "datePublished": "2026-02-17T08:40:00+01:00",
    "inLanguage": "it-IT",
    "author": [{"@type": "Person", "name": "di Ada Neri"}, {"name": "Ugo Bianchi"}],
}


def test_a_plain_article_is_read_whole() -> None:
    """Every paragraph, in order, nothing else; Italian; full."""
    found = article(story())
    assert found.text.splitlines()[-4:] == list(PARAGRAPHS)
    assert (found.title, found.language, found.access, found.url) == ("Apre il parco di Zingonia", "it", "full", URL)
    assert (found.published, found.date_source, found.date_problem) == (None, None, None)
    assert VERSION


@pytest.mark.parametrize("shape", [NEWS, [{"@type": "WebSite"}, NEWS], {"@graph": [{"@type": "Organization"}, NEWS]}])
def test_json_ld_is_found_in_every_shape(shape: object) -> None:
    """An object, a list, a graph: headline, authors and date are taken from it."""
    found = article(story(head="<title>x</title>" + ld(shape)))
    assert (found.title, found.author) == ("Zingonia, apre il parco", "Ada Neri, Ugo Bianchi")
    assert (found.published, found.date_source) == (datetime(2026, 2, 17, 7, 40, tzinfo=UTC), "json-ld")


def test_broken_json_ld_is_passed_over() -> None:
    """The page is still read by its other marks."""
    broken = '<script type="application/ld+json">{"@type": "NewsArticle", </script>'
    head = broken + '<meta property="og:title" content="Uno due">'
    assert article(story(head=head)).title == "Uno due"


def test_an_article_body_in_json_ld_is_used_where_it_is_longer() -> None:
    """Some pages draw their text by script and carry it only there."""
    found = article(document("<h1>Parco</h1><p>Breve.</p>", ld({**NEWS, "articleBody": LONG})))
    assert found.text == LONG
    assert found.access == "full"


META = '<meta property="article:published_time" content="2026-02-16T10:00:00+01:00">'


@pytest.mark.parametrize(
    ("html", "line", "final", "expected"),
    [
        (story(head=ld(NEWS) + META), entry(published=NOW), URL, (NOW, "feed")),
        (story(head=ld(NEWS) + META), entry(), URL, (datetime(2026, 2, 17, 7, 40, tzinfo=UTC), "json-ld")),
        (story(head=META), None, URL, (datetime(2026, 2, 16, 9, tzinfo=UTC), "meta")),
        (
            story(before='<time datetime="2026-02-15T10:00:00+01:00">domenica</time>'),
            None,
            URL,
            (datetime(2026, 2, 15, 9, tzinfo=UTC), "meta"),
        ),
        (
            story(),
            None,
            "https://www.giornale.example/2026/02/14/parco",
            (datetime(2026, 2, 14, 11, tzinfo=UTC), "url"),
        ),
        (
            story(before='<span class="post-date">13 febbraio 2026, ore 7.40</span>'),
            None,
            URL,
            (datetime(2026, 2, 13, 6, 40, tzinfo=UTC), "text"),
        ),
    ],
)
def test_dates_are_trusted_in_order(html: str, line: Entry | None, final: str, expected: tuple[datetime, str]) -> None:
    """Feed, JSON-LD, meta and <time>, address, visible text."""
    found = article(html, line, final=final)
    assert (found.published, found.date_source) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Apre il parco | Il Giornale", "Apre il parco"),
        ("Apre il parco - Il Giornale", "Apre il parco"),
        ("Zingonia - apre il parco", "Zingonia - apre il parco"),
        ("Parco | Verde", "Parco | Verde"),
        ("Bassa bergamasca, nuovo parco | Altro", "Bassa bergamasca, nuovo parco"),
    ],
)
def test_the_outlets_name_leaves_the_title(title: str, expected: str) -> None:
    """A dash is taken only before a known name: titles have dashes of their own."""
    assert without_outlet(title, {"ilgiornale"}) == expected


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (document("à").replace("utf-8", "iso-8859-1").encode("latin-1"), "text/html"),
        (document("à").replace("utf-8", "iso-8859-1").encode("latin-1"), "text/html; charset=utf-8"),
        (document("à").encode(), "text/html; charset=iso-8859-1"),
        (document("à").replace('<meta charset="utf-8">', "").encode("cp1252"), "text/html; charset=ISO-8859-1"),
        (document("à").replace('<meta charset="utf-8">', "").encode("cp1252"), "text/html"),
        (b"\xef\xbb\xbf" + document("à").encode(), "text/html; charset=latin1"),
        (b"\xff\xfe" + document("à").encode("utf-16-le"), "text/html"),
        (document("à").encode("latin-1").replace(b"utf-8", b"nonsense"), "text/html; charset=also-nonsense"),
    ],
)
def test_bytes_are_decoded_rightly(raw: bytes, content_type: str) -> None:
    """Whatever header and meta say wrongly, an accent stays an accent."""
    assert "<body>à</body>" in decode(raw, content_type)


@pytest.mark.parametrize(
    "line",
    [
        "LEGGI ANCHE: Un altro parco", "Leggi anche", "PUBBLICITÀ", "Annuncio pubblicitario", "Abbonati",
        "Abbonati ora!",
        "© RIPRODUZIONE RISERVATA", "Riproduzione riservata ©", "© 2026 Il Giornale srl", "Iscriviti alla newsletter",
        "Seguici su Facebook e Instagram", "Foto: Studio Neri", "(Foto d'archivio)", "Condividi su WhatsApp",
        "Utilizziamo i cookie per migliorare il servizio: leggi la cookie policy.", "Ricevi le notizie di Bergamo",
        "Continua a leggere dopo la pubblicità", "Tag: cronaca, verde", "Lire aussi : un autre parc",
    ],
)  # fmt: skip
def test_boilerplate_lines_are_dropped(line: str) -> None:
    """What the page says of itself is not the article."""
    assert boilerplate.clean(f"{PARAGRAPHS[0]}\n{line}\n{PARAGRAPHS[1]}").splitlines() == list(PARAGRAPHS[:2])


@pytest.mark.parametrize(
    "line",
    [
        "Abbonati in aumento sulle linee di autobus della Bassa.",
        "Leggere anche in biblioteca: il progetto delle scuole di Verdellino.",
        "Il sindaco ha parlato dei cookie e dei biscotti preparati dalle mamme.",
        "La foto del ponte ha fatto il giro del mondo.",
        "Seguiranno altri incontri.",
    ],
)
def test_prose_that_begins_like_boilerplate_stays(line: str) -> None:
    """A sentence of the report is never worth the tidiness."""
    assert boilerplate.clean(line) == line


def test_a_list_of_related_articles_is_dropped_up_to_the_next_sentence() -> None:
    """Its titles have no full stop; prose has."""
    text = f"{PARAGRAPHS[0]}\nArticoli correlati\nUn titolo di ieri\nUn titolo di oggi\n{PARAGRAPHS[1]}"
    assert boilerplate.clean(text).splitlines() == list(PARAGRAPHS[:2])


def test_a_copyright_formula_leaves_the_end_of_a_sentence() -> None:
    """The sentence stays."""
    assert boilerplate.clean("Il parco è aperto. © RIPRODUZIONE RISERVATA") == "Il parco è aperto."
    assert boilerplate.clean("Il parco è aperto. LEGGI ANCHE: altro titolo") == "Il parco è aperto."


def test_the_feeds_text_is_used_where_it_is_far_longer() -> None:
    """content:encoded holds what a truncated page does not."""
    found = article(story(PARAGRAPHS[0]), entry(LONG))
    assert (found.text, found.access) == (LONG, "full")


CONSENT = {
    "it": "<h1>Prima di continuare</h1><p>Noi e i nostri 842 partner utilizziamo cookie per trattare i dati.</p>"
    "<button>Accetta e continua</button><button>Rifiuta e abbonati</button>",
    "en": "<h1>We value your privacy</h1><p>We and our partners use cookies to store data.</p>"
    "<button>Accept all</button>",
    "fr": "<h1>Votre consentement</h1><p>Nous et nos partenaires utilisons des cookies.</p>"
    "<button>Tout accepter</button>",
}


@pytest.mark.parametrize("tongue", CONSENT)
def test_a_consent_wall_keeps_the_feeds_line(tongue: str) -> None:
    """Title and summary of the entry, its address, and the word that tells why there is no more."""
    final = "https://consent.example/wall?continue=x"
    found = article(
        document(CONSENT[tongue], "<title>Consenso</title>"), entry("Un parco nuovo in paese.", NOW), final=final
    )
    assert (found.access, found.title, found.text) == (
        "consent",
        "Zingonia ha il suo parco",
        "Un parco nuovo in paese.",
    )
    assert (found.url, found.published, found.author) == (URL, NOW, None)


def test_a_consent_wall_without_a_feeds_line_is_rejected() -> None:
    """There is nothing to tell of it."""
    assert rejected(document(CONSENT["it"], "<title>Consenso</title>")) == "consent"


def test_a_cookie_banner_over_an_article_is_no_wall() -> None:
    """The notice is dropped, the article stays."""
    found = article(story().replace("<article>", f"<div>{CONSENT['it']}</div><article>"))
    assert found.access == "full"
    assert "cookie" not in found.text


@pytest.mark.parametrize(
    ("head", "before"),
    [
        (ld({**NEWS, "isAccessibleForFree": "False"}), ""),
        (ld({**NEWS, "isAccessibleForFree": False}), ""),
        ("", "<div>Contenuto riservato agli abbonati</div>"),
        ("", "<div>Abbonati per continuare a leggere</div>"),
        ("", '<div class="article-paywall"></div>'),
    ],
)
def test_a_truncated_article_behind_a_wall_is_paywall(head: str, before: str) -> None:
    """By data, words or class; the visible paragraph is kept."""
    found = article(story(PARAGRAPHS[0], head=head, before=before))
    assert found.access == "paywall"
    assert PARAGRAPHS[0] in found.text


def test_a_whole_article_is_full_whatever_is_declared() -> None:
    """isAccessibleForFree is false on metered pages that show everything."""
    assert article(story(*PARAGRAPHS * 2, head=ld({**NEWS, "isAccessibleForFree": False}))).access == "full"


def test_a_title_without_text_is_a_headline() -> None:
    """Its text is the feed's."""
    found = article(document("<h1>Apre il parco di Zingonia</h1>"), entry("Due righe dal feed sul parco di Zingonia."))
    assert (found.access, found.text) == ("headline", "Due righe dal feed sul parco di Zingonia.")


@pytest.mark.parametrize(
    "title", ["Pagina non trovata - Il Giornale", "404 Not Found", "Articolo non disponibile", "Page introuvable"]
)
def test_a_missing_page_with_status_200_is_rejected(title: str) -> None:
    """Its suggestions are no article."""
    assert (
        rejected(document("<h1>Oh no</h1><p>Prova con la ricerca.</p>", f"<title>{title}</title>"), entry())
        == "soft_404"
    )


def test_a_front_page_is_rejected() -> None:
    """Many titles, each in its box."""
    card = (
        '<div><a href="/{n}">Un titolo lungo di almeno sei parole</a><p>' + "Due righe di sommario. " * 6 + "</p></div>"
    )
    assert rejected(document("".join(card.format(n=n) for n in range(20)))) == "listing"


def test_a_redirect_to_the_front_page_is_rejected() -> None:
    """Removed articles often lead home."""
    assert rejected(story(), final="https://www.giornale.example/") == "listing"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b'{"a": 1}', "application/json"),
        (b"\x89PNG\r\n", "text/html"),
        (b"a", "text/plain"),
    ],
)
def test_what_is_not_html_is_rejected(body: bytes, content_type: str) -> None:
    """By its bytes or by its type."""
    assert rejected(body, content_type=content_type) == "not_html"


def test_html_under_another_type_is_read() -> None:
    """Servers mislabel."""
    assert article(story(), content_type="text/plain").access == "full"


@pytest.mark.parametrize("html", ["", "   ", "<html></html>", "\x00"])
def test_an_empty_page_is_rejected(html: str) -> None:
    """Neither title nor text."""
    assert rejected(html) == "no_text"


@pytest.mark.parametrize(
    ("canonical", "expected"),
    [
        ("https://www.giornale.example/cronaca/parco?utm_source=x", "https://www.giornale.example/cronaca/parco"),
        ("/cronaca/parco", "https://www.giornale.example/cronaca/parco"),
        ("https://www.giornale.example/", URL),
        ("https://altrove.example/cronaca/parco", URL),
        ("javascript:void(0)", URL),
        ("", URL),
    ],
)
def test_the_canonical_address_is_believed_if_credible(canonical: str, expected: str) -> None:
    """An AMP twin names its article; a front page or another site is a mistake."""
    found = article(story(head=f'<link rel="canonical" href="{canonical}">'), final=URL + "/amp/")
    assert found.url == expected


def test_an_xhtml_page_is_read() -> None:
    """Its XML declaration warns no one."""
    assert article('<?xml version="1.0" encoding="utf-8"?>' + story()).access == "full"


def test_hostile_nesting_does_not_break_the_reader() -> None:
    """Two thousand open elements are only a bad page."""
    assert isinstance(extract(page(document("<div>" * 2_000 + "ciao"))), Article | Rejected)


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        (PARAGRAPHS[0], None, "it"),
        ("Le nouveau parc de la ville a été inauguré ce matin devant les habitants du quartier.", "it", "fr"),
        ("The new park was opened this morning in front of a hundred residents of the town.", "it", "en"),
        ("Ciao", None, "und"),
        ("Ciao", "it", "it"),
        ("1234567890 1234567890 1234567890", "it", "it"),
    ],
)
def test_the_language_is_detected_else_declared(text: str, declared: str | None, expected: str) -> None:
    """A page that declares Italian may hold a French article; a short title gives no hold."""
    assert language(text, declared) == expected


def test_a_date_in_the_future_is_a_problem() -> None:
    """A day is allowed for clocks."""
    assert check_date(NOW + timedelta(days=2), NOW) == "future"
    assert check_date(NOW + timedelta(hours=23), NOW) is None
    assert check_date(None, NOW) is None
