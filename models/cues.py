"""Hand-made features for the lexical reader: where the territory is named, how, and what events are told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.inputs import Names

Floats = NDArray[np.float64]

EVENTS: dict[str, str] = {
    "arrest": (
        r"arrest|manett|in carcere|ai domiciliari|ferm[oa]to? dai|denunciat|indagat|fermat[oaie]|condannat|"
        r"process"
    ),
    "violence": (
        r"accoltell|rissa|aggre[ds]|omicid|sparator|pestat|picchia|uccis|mort[oaie] |violen|coltell|spari|"
        r"lite "
    ),
    "theft": r"furt|rapin|ladr|rubat|scipp|spaccat|svaligi|refurtiva|trufa|truff|vandal|incendi[oa]",
    "drugs": r"droga|spacci|pusher|cocain|hashish|eroin|marijuana|stupefacent|tossico|crack|dosi ",
    "seizure": r"sequestr|blitz|perquis|controll[io] a tappeto|operazione interforze|retata|irruzione",
    "decay": (
        r"degrad|abbandon|rifiut|discaric|fatiscen|abusiv|occupa[tz]ion|sgomber|morosi|buio|topi |inagibil|"
        r"sporc"
    ),
    "harm": (
        r"chiu[ds]|licenzi|esuber|cassa integrazione|crisi|fallit|fallim|inquin|cromo|contamin|allarme|paura|"
        r"esasper"
    ),
    "stall": (
        r"deserta|slitta|bloccat|ferm[oi] da|ritard|rinviat|stallo|incompiut|manca(?:no|to)? i fondi|bocciat|"
        r"ricorso"
    ),
    "protest": r"protest|polemic|contrari|critic|comitato|sciopero|scontr[oi] politic|minoranza|opposizione",
    "opening": (
        r"inaugur|apre |aperta |aperto |apertura|taglio del nastro|"
        r"nuov[oa] (?:sede|scuola|centro|piazza|parco|asilo|palestr|servizio)"
    ),
    "growth": (
        r"invest|assum|assunzion|posti di lavoro|fatturat|crescit|espansion|amplia|acquis|export|brevett|"
        r"innova|premi[oa]t|premio"
    ),
    "renewal": (
        r"riqualific|rigener|demoli|abbatt|rinasc|recuper|ristruttur|finanziat|fondi |bando|progetto|cantier|"
        r"rilanci"
    ),
    "care": (
        r"volontar|solidar|integrazion|donat|donazion|benefic|raccolta fondi|festa|festival|mostra|concert|"
        r"laborator|borse? di studio|studenti|corso "
    ),
    "relief": (
        r"in calo|calano|diminui|bonific|ripulit|restituit|torna(?:no)? a|successo|record|eccellenza|traguard|"
        r"orgogli|soddisf"
    ),
    "accident": (
        r"incident|schiant|investit|tampon|ambulanz|118|elisoccorso|ferit|ustion|infortuni|malore|schianto|"
        r"code "
    ),
    "routine": (
        r"consiglio comunale|ordinanza|modifica|viabilit|orari|avviso|bilancio|elezion|sindac|candidat|lista|"
        r"tari|imu"
    ),
    "sport": r"campionat|partita|gol|vittoria|sconfitt|girone|allenament|squadra|torneo|classifica|rete ",
    "football": (
        r"atalanta|nerazzurr|gasperini|juric|palladino|infortunat|convocat|rifinitura|primavera|under ?\d\d|"
        r"serie a|champions|mister|allenator"
    ),
    "works": r"palestra|cantier|ampli|milioni|terren[oi]|spogliatoi|edific|campi nuovi|nuov[oi] camp|più grand|allarga",
    "disputed": (
        r"non (?:è|siamo) (?:un |il )?(?:bronx|ghetto)|stereotip|pregiudiz|etichett|luogo comune|"
        r"luoghi comuni|cattiva fama"
    ),
    "label": (
        r"bronx|ghett|scampia|gomorra|far west|terra di nessuno|zona franca|fortino|supermar?ket|"
        r"supermercato della|inferno|incubo|famigerat|tristemente|piazza di spaccio|regno de|"
        r"simbolo del degrado|sinonimo"
    ),
    "compared": (
        r"(?:come (?:a )?|una (?:nuova|seconda) |un'altra |la )zingonia(?: di| del|,|\.| bis)|"
        r"modello zingonia|sul modello"
    ),
    "hospital": r"policlinico|ospedale|san marco|trasportat|ricover|codice rosso|codice giallo",
    "address": (
        r"residente a|resident[ei] in|abita(?:nte)? a|nato a|nat[oa] a|originari[oa] di|di casa a|con sede a|"
        r"sede legale|domiciliat"
    ),
    "namesake": r"trezzano|zingone\b|limon|agrum|bergamotto",
}  # fmt: skip
"""Patterns of Italian news by what they tell; the other four languages are left to the other features."""
WORKS = ("works", "theft", "renewal", "growth")
"""What makes news of the training ground news of the area: told beside football, in the title."""
_COMPILED = {name: re.compile(pattern) for name, pattern in EVENTS.items()}


def cues(articles: Sequence[tuple[str, str]], names: Names) -> Floats:
    """(articles, features), each between 0 and about 1."""
    return np.array([_one(title, text, names) for title, text in articles], dtype=np.float64)


def _one(title: str, text: str, names: Names) -> list[float]:
    head, body = title.lower(), text.lower()
    lead = body[:300]
    told = [f for p in _COMPILED.values() for f in (float(bool(p.search(head))), _some(p, lead), _some(p, body))]
    crossed = [
        float(bool(_COMPILED["football"].search(head + lead)) and bool(_COMPILED[k].search(head))) for k in WORKS
    ]
    return _named(title, text, names) + told + crossed


def _some(pattern: re.Pattern[str], text: str) -> float:
    return min(3, len(pattern.findall(text))) / 3


def _named(title: str, text: str, names: Names) -> list[float]:
    """Where the territory stands: in the title, the lead, how often, how late, how many names."""
    places = names.find(text)
    own = names.find(title)
    first = places[0].start() / max(1, len(text)) if places else 1.0
    last = places[-1].start() / max(1, len(text)) if places else 0.0
    kinds = {m.group() for m in [*places, *own]}
    zing = sum("Zingonia" in k for k in kinds)
    return [
        float(bool(own)), float(first < 0.25), first, last, min(4, len(places)) / 4, float(len(places) == 1),
        float(not places and not own), min(3, len(kinds)) / 3, float(zing > 0), float(bool(kinds) and zing == 0),
        min(1.0, 40 * len(places) / max(40, len(text.split()))),
    ]  # fmt: skip
