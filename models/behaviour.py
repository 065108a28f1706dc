# ruff: noqa: E501  (a made-up article is easier to read on one line)
"""Behavioural cases in the manner of CheckList: pairs of articles, and what must hold between their verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from models.protocol import Classifier
from monitor.types import Verdict

Pair = tuple[str, str]
Holds = Callable[[Verdict, Verdict], bool]
MARGIN = 0.02
"""A probability that moves less than this has not moved."""

STORIES: tuple[tuple[str, str, str], ...] = (
    ("{c}, rapina in farmacia: bottino di mille euro", "Due uomini a volto coperto sono entrati ieri sera in una farmacia di {c}. Minacciata la titolare con un coltello. I carabinieri cercano i fuggitivi.", "negative"),
    ("{c}, spaccio nel parco: tre arresti", "I carabinieri hanno arrestato tre uomini sorpresi a vendere cocaina nel parco di {c}. Sequestrate quaranta dosi.", "negative"),
    ("{c}, furti nelle case: residenti esasperati", "Cinque colpi in una settimana nelle villette di {c}. I ladri sono entrati dalle finestre. «Abbiamo paura», dicono gli abitanti.", "negative"),
    ("{c}, l'azienda chiude: a casa in sessanta", "La proprietà ha annunciato la chiusura dello stabilimento di {c}. Licenziati sessanta operai, i sindacati proclamano lo sciopero.", "negative"),
    ("{c}, inaugurato il nuovo asilo", "Taglio del nastro sabato a {c} per il nuovo asilo comunale. Sessanta posti, mensa interna e un grande giardino. Festa con le famiglie.", "positive"),
    ("{c}, l'azienda investe e assume", "Investimento da dieci milioni nello stabilimento di {c}: nuove linee e quaranta assunzioni entro l'anno. Il fatturato cresce.", "positive"),
    ("{c}, volontari ripuliscono il parco", "Cento volontari, giovani e famiglie, hanno ripulito e ridipinto il parco di {c}. L'associazione: «Un bel segno di comunità».", "positive"),
    ("{c}, premiati gli studenti dell'istituto", "Gli studenti della scuola di {c} hanno vinto il concorso nazionale di robotica. L'orgoglio della preside e del sindaco.", "positive"),
    ("{c}, lavori in via Roma: cambia la viabilità", "Da lunedì senso unico alternato in via Roma a {c} per la posa delle tubature. I lavori dureranno due settimane.", "neutral"),
    ("{c}, consiglio comunale convocato giovedì", "Il consiglio comunale di {c} si riunisce giovedì alle 20.30. All'ordine del giorno la variazione di bilancio e due interrogazioni.", "neutral"),
    ("{c}, tamponamento sulla provinciale", "Tamponamento fra due auto ieri mattina sulla provinciale a {c}. Un ferito lieve, code per mezz'ora.", "neutral"),
    ("{c}, orari estivi degli uffici", "Dal primo luglio gli uffici comunali di {c} osservano l'orario estivo: apertura al pubblico dalle 9 alle 12.", "neutral"),
)  # fmt: skip
"""(title, text, sentiment as the codebook has it)."""
COMMUNES = ("Boltiere", "Ciserano", "Osio Sotto", "Verdellino", "Verdello")
BAD = (
    "Nella notte un blitz dei carabinieri ha portato a sei arresti per spaccio.",
    "Poche ore prima una rissa con coltelli aveva lasciato due feriti in piazza.",
    "Intanto lo stabile accanto è stato occupato abusivamente e i residenti hanno paura.",
)
GOOD = (
    "Inaugurata intanto la nuova biblioteca, con una festa di tutto il paese.",
    "Un'azienda del posto ha annunciato cinquanta assunzioni e un grande investimento.",
    "I furti sono in forte calo e il parco è stato restituito alle famiglie.",
)
PEOPLE = ("italiano", "marocchino", "albanese", "senegalese", "romeno", "ucraino", "musulmano", "cattolico", "sikh")
PERSONAL: tuple[tuple[str, str], ...] = (
    ("{c}, malore al mercato: soccorso un {p}", "Un {p} di 54 anni ha avuto un malore al mercato di {c} ed è stato soccorso dall'ambulanza. Non è grave."),
    ("{c}, un {p} vince il torneo di scacchi", "Il torneo di scacchi di {c} va a un {p} di trent'anni, premiato dal sindaco davanti a cento persone."),
    ("{c}, incidente in bici: ferito un {p}", "Un {p} di 40 anni è caduto in bicicletta a {c}. Trasportato in codice verde."),
    ("{c}, un {p} apre un forno in centro", "Un {p} di 35 anni ha inaugurato un forno in centro a {c}. Assunte due persone, fila fin dal mattino."),
    ("{c}, arrestato un {p} per furto", "I carabinieri hanno arrestato un {p} di 29 anni per un furto in un negozio di {c}. Refurtiva recuperata."),
    ("{c}, eletto in consiglio un {p}", "Tra i consiglieri comunali di {c} siede da ieri un {p} di 45 anni. La seduta si è aperta con il giuramento."),
)  # fmt: skip
CLOSINGS = (
    "Domani il cielo sarà sereno con temperature in lieve aumento.",
    "L'articolo completo è in edicola.",
    "Per informazioni si può consultare il sito del Comune.",
)
LABELS = (
    "il Bronx della Bergamasca", "la Scampia del Nord", "un ghetto", "terra di nessuno", "il fortino della droga",
    "il supermarket dello spaccio",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """Two articles and what must hold between their verdicts."""

    kind: str
    before: Pair
    after: Pair
    holds: Holds


def cases() -> list[Case]:
    """All of them; the same at each call."""
    return [*_swaps(), *_people(), *_added(), *_surface(), *_labels()]


def _same(a: Verdict, b: Verdict) -> bool:
    return (a.relevance, a.sentiment) == (b.relevance, b.sentiment)


def _worse(a: Verdict, b: Verdict) -> bool:
    return _tone(b) <= _tone(a) - MARGIN or _tone(b) < -0.8


def _better(a: Verdict, b: Verdict) -> bool:
    return _tone(b) >= _tone(a) + MARGIN or _tone(b) > 0.8


def _tone(v: Verdict) -> float:
    return v.p_sentiment["positive"] - v.p_sentiment["negative"]


def _told(n: int, commune: str = "Ciserano") -> Pair:
    title, text, _ = STORIES[n]
    return title.format(c=commune), text.format(c=commune)


def _swaps() -> Iterator[Case]:
    """Another commune, the same verdict."""
    for n in range(len(STORIES)):
        for commune in COMMUNES:
            if commune != "Ciserano":
                yield Case("commune", _told(n), _told(n, commune), _same)


def _people() -> Iterator[Case]:
    """Nationality and religion words alone never change sentiment."""
    for title, text in PERSONAL:
        for commune in ("Verdellino", "Zingonia"):
            for who in PEOPLE[1:]:
                yield Case(
                    "person",
                    (title.format(c=commune, p=PEOPLE[0]), text.format(c=commune, p=PEOPLE[0])),
                    (title.format(c=commune, p=who), text.format(c=commune, p=who)),
                    _same,
                )


def _added() -> Iterator[Case]:
    """A raid added lowers, an opening added raises."""
    for n in range(len(STORIES)):
        title, text = _told(n, "Verdello")
        for more in BAD:
            yield Case("worse", (title, text), (title, f"{text} {more}"), _worse)
        for more in GOOD:
            yield Case("better", (title, text), (title, f"{text} {more}"), _better)


def _surface() -> Iterator[Case]:
    """Apostrophes, capitals, a date, a closing sentence: the same verdict."""
    for n in range(len(STORIES)):
        title, text = _told(n, "Boltiere")
        changed = [
            ("apostrophe", (title.replace("'", "’"), text.replace("'", "’"))),
            ("capitals", (title.upper(), text)),
            ("date", (title, f"BOLTIERE, 12 MARZO — {text}")),
            ("typo", (title, text.replace("della", "dela").replace("ieri", "ierii"))),
            *(("closing", (title, f"{text} {more}")) for more in CLOSINGS),
        ]
        yield from (Case(kind, (title, text), after, _same) for kind, after in changed)


def _labels() -> Iterator[Case]:
    """A label in the text's own voice is stigma; one that is quoted in order to dispute it is not."""
    for label in LABELS:
        for subject, where in (("Zingonia", "a Zingonia"), ("Le torri di Zingonia", "nelle torri di Zingonia")):
            plain = (f"{subject}, una giornata nel quartiere", f"Siamo stati {where}. I negozi aprono alle nove.")
            said = (plain[0], f"Siamo stati {where}, {label}. I negozi aprono alle nove.")
            quoted = (
                f"«Basta chiamarci {label}»",
                f"Gli abitanti protestano: «{subject} non è {label}. È un'etichetta falsa, un pregiudizio che respingiamo».",
            )
            yield Case("label", plain, said, lambda a, b: b.stigma and not a.stigma)
            yield Case("disputed", plain, quoted, lambda _, b: not b.stigma)


def rates(model: Classifier) -> dict[str, tuple[int, int]]:
    """For each kind of case, how many hold and how many there are."""
    every = cases()
    wanted = list(dict.fromkeys(pair for case in every for pair in (case.before, case.after)))
    found = dict(zip(wanted, model.classify(wanted), strict=True))
    counted: dict[str, list[bool]] = defaultdict(list)
    for case in every:
        counted[case.kind].append(case.holds(found[case.before], found[case.after]))
    return {kind: (sum(held), len(held)) for kind, held in counted.items()}
