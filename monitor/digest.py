"""A week as the communication table reads it: what changed, how sure, what hurts, what helps. In Italian.

`build` makes plain data of a week's articles and points; `render_html` and `render_markdown` lay it out.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from monitor import italian
from monitor.config import Territory
from monitor.indicator import Difference, compare, window
from monitor.types import Digest, Point, Story
from monitor.weeks import shift

HURTS = 0.5
"""Probability of being negative (positive) from which a story is listed as hurting (helping)."""
PUSH_WEEKS = 4
"""How old a good story may be and still be worth telling to a national outlet."""
CHECKS = 5
"""Verdicts to look at: what a table can do in five minutes."""


@dataclass(frozen=True, slots=True)
class Week:
    """All that a digest is made of: articles up to the week, stories of all weeks, points, silent sources."""

    week: str
    articles: Sequence[Mapping[str, Any]]
    stories: Sequence[Story]
    points: Sequence[Point]
    silent: Sequence[Mapping[str, Any]]
    undated: int
    now: datetime


def build(week: Week, territory: Territory) -> Digest:
    """The digest of a week. Blocks that have nothing to say are empty."""
    now = [a for a in week.articles if a["week"] == week.week]
    point = next((p for p in week.points if (p.week, p.series, p.cut) == (week.week, "icr", "all")), None)
    told = _grouped(now)
    seen_before = {a["story"] for a in week.articles if a["week"] < week.week}
    blocks = {s: _story_block(group, s in seen_before, territory) for s, group in told.items()}
    by_id = {s.id: s for s in week.stories if s.week == week.week}
    return Digest(week.week, {
        "week": week.week,
        "title": f"{territory.name} sulla stampa",
        "when": italian.week(week.week),
        "made": italian.day(week.now.astimezone(territory.zone).date()),
        "figure": figure_sentence(point),
        "how_sure": sure_sentence(point),
        "trend": [trend_sentence(compare_weeks(week, back), what) for back, what in _COMPARISONS],
        "point": None if point is None else _numbers(point),
        "hurts": _ranked(blocks, by_id, "p_negative"),
        "helps": _ranked(blocks, by_id, "p_positive"),
        "other": sum(max(s.p_negative, s.p_positive) < HURTS for s in by_id.values()),
        "push": _to_push(week, territory),
        "labels": _labels(now),
        "check": _to_check(now),
        "silent": _silent(week.silent),
        "undated": week.undated,
        "undated_sentence": undated_sentence(week.undated),
    })  # fmt: skip


_COMPARISONS = ((52, "nelle stesse tredici settimane di un anno prima"), (13, "nelle tredici settimane precedenti"))


def compare_weeks(week: Week, back: int) -> Difference:
    """The last 13 weeks against the 13 that ended `back` weeks before."""
    return compare(window(week.stories, week.week, 13), window(week.stories, shift(week.week, -back), 13))


def figure_sentence(point: Point | None) -> str:
    """The figure in one sentence."""
    if point is None or point.n_stories == 0:
        return "Questa settimana non abbiamo trovato nessuna notizia sul territorio: l'indice non si calcola."
    stories = italian.count(point.n_stories, "storia", "storie")
    articles = italian.count(point.n_articles, "articolo", "articoli")
    if not point.enough:
        return (
            f"Questa settimana le notizie sono troppo poche per dire se la stampa sia migliore o peggiore: "
            f"{stories} in {articles}."
        )
    value, low, high = (italian.number(x) for x in (point.value, point.low, point.high))
    return (
        f"L'indice di cattiva reputazione è a {value} su 100 (con il 90% di probabilità fra {low} e {high}), "
        f"su {stories} in {articles}."
    )


def sure_sentence(point: Point | None) -> str:
    """How far the figure can be trusted: width of the interval and coverage health."""
    if point is None or not point.enough:
        return ""
    width = point.high - point.low
    if width < 12:
        text = "L'intervallo è stretto: la cifra è solida."
    elif width < 40:
        text = "L'intervallo è ampio: la cifra va presa come un ordine di grandezza."
    else:
        text = "L'intervallo è molto ampio, perché le storie sono poche: la cifra è soltanto indicativa."
    if point.health < 0.8:
        text += (
            f" Attenzione: abbiamo potuto leggere solo il {italian.number(100 * point.health)}% della stampa attesa."
        )
    return text


def trend_sentence(difference: Difference, what: str) -> str:
    """Thirteen weeks against thirteen, called better or worse only when the interval leaves out zero."""
    if difference.verdict == "unknown":
        return f"Non ci sono abbastanza notizie per il confronto con quanto si leggeva {what}."
    points = italian.number(abs(difference.value))
    sense = {
        "better": f"è scesa di {points} punti: la stampa è migliorata",
        "worse": f"è salita di {points} punti: la stampa è peggiorata",
        "same": "non è cambiata in modo che si possa distinguere dal caso",
    }[difference.verdict]
    low, high = italian.number(difference.low), italian.number(difference.high)
    return (
        f"Rispetto a quanto si leggeva {what}, la quota delle notizie che danneggiano l'immagine {sense} "
        f"(differenza fra {low} e {high} punti)."
    )


def _numbers(point: Point) -> dict[str, Any]:
    return {
        "value": round(point.value, 1), "low": round(point.low, 1), "high": round(point.high, 1),
        "stories": point.n_stories, "articles": point.n_articles, "n_eff": round(point.n_eff, 1),
        "health": round(point.health, 2), "enough": point.enough, "model": point.model, "method": point.method,
    }  # fmt: skip


def _grouped(articles: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for a in articles:
        groups.setdefault(a["story"], []).append(a)
    return groups


def _story_block(group: Sequence[Mapping[str, Any]], follow_up: bool, territory: Territory) -> dict[str, Any]:
    """A story as a reader meets it: headline, outlets, what the verdict rests on, new or not."""
    first = max(group, key=lambda a: (a["reach"], -len(a["title"])))
    names = {c.slug: c.name for c in territory.communes}
    outlets = list(dict.fromkeys(a["outlet_name"] for a in group))
    return {
        "story": first["story"], "title": first["title"], "url": first["url"],
        "outlets": italian.listed(outlets), "articles": len(group),
        "publics": [italian.PUBLIC[p] for p in ("local", "national", "foreign") if p in {a["public"] for a in group}],
        "evidence": [said for said in first["evidence"] if said != first["title"]],
        "label": any(a["stigma"] for a in group),
        "kind": "seguito di una storia già nota" if follow_up else "storia nuova",
        "topics": italian.topics(list(dict.fromkeys(t for a in group for t in a["topics"]))[:3]),
        "communes": italian.listed([names[c] for c in dict.fromkeys(c for a in group for c in a["communes"])]),
    }  # fmt: skip


def _ranked(blocks: Mapping[str, dict[str, Any]], stories: Mapping[str, Story], side: str) -> list[dict[str, Any]]:
    """The week's stories on one side, the weightiest first."""
    chosen = [s for s in stories.values() if getattr(s, side) >= HURTS and s.id in blocks]
    chosen.sort(key=lambda s: (-s.weight * getattr(s, side), s.id))
    return [blocks[s.id] | {"p": round(getattr(s, side), 2)} for s in chosen]


def _to_push(week: Week, territory: Territory) -> list[dict[str, Any]]:
    """Good stories of the last four weeks that no national or foreign outlet has picked up."""
    recent = window(week.stories, week.week, PUSH_WEEKS)
    abroad = {s.id for s in week.stories if s.publics & {"national", "foreign"}}
    good = {s.id: s for s in recent if s.p_positive >= HURTS and s.id not in abroad}
    chosen = sorted(good.values(), key=lambda s: (-s.weight * s.p_positive, s.id))[:5]
    groups = _grouped([a for a in week.articles if a["story"] in good])
    blocks = [_story_block(groups[s.id], False, territory) for s in chosen]
    ages = [s.week for s in chosen]
    return [b | {"since": italian.week(age)} for b, age in zip(blocks, ages, strict=True)]


def _labels(articles: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Who fixed a bad name to the place, for the right of reply."""
    return [
        {"outlet": a["outlet_name"], "title": a["title"], "url": a["url"], "evidence": "".join(a["evidence"][:1])}
        for a in articles
        if a["stigma"]
    ]


def _to_check(articles: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The week's verdicts of which the model is least sure."""
    doubtful = sorted((a for a in articles if a["uncertain"]), key=lambda a: (abs(a["p_negative"] - 0.5), a["article"]))
    return [
        {
            "article": a["article"], "title": a["title"], "outlet": a["outlet_name"], "url": a["url"],
            "said": italian.SENTIMENT[a["sentiment"]], "p": italian.number(100 * a["p_negative"]),
        }
        for a in doubtful[:CHECKS]
    ]  # fmt: skip


def _silent(feeds: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [{"outlet": f["outlet"], "reason": f["reason"] or "nessuna risposta"} for f in feeds]


def undated_sentence(n: int) -> str:
    """Articles that are kept and shown, but stay out of the weekly figures."""
    if n == 1:
        return "Un articolo sul territorio non ha una data sicura: è conservato, ma resta fuori dai conti."
    many = italian.number(n)
    return f"{many} articoli sul territorio non hanno una data sicura: sono conservati, ma restano fuori dai conti."


@functools.cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["web"] = safe_link
    environment.filters["md"] = markdown_text
    return environment


def safe_link(url: str) -> str:
    """An address that may be clicked: http or https, else "#"."""
    return url if url.startswith(("http://", "https://")) else "#"


def markdown_text(text: str) -> str:
    """Text in which Markdown sees no markup and a browser no tags."""
    escaped = "".join("\\" + c if c in "\\`*_[]<>#|" else c for c in text)
    return " ".join(escaped.split())


def render_html(digest: Digest, chart_svg: str = "") -> str:
    """A page that stands alone: no script, no font and no picture from elsewhere."""
    return _templates().get_template("digest.html").render(digest.context, chart=chart_svg)


def render_markdown(digest: Digest) -> str:
    """The same as plain text for a chat or an editor."""
    return _templates().get_template("digest.md").render(digest.context)
