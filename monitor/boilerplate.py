"""What surrounds an article and is none of it: appeals, credits, related links, walls.

The phrases come from the pages of the Italian, English and French press; each is written to match a whole short line
or a formula that no sentence of a report contains.
"""

from __future__ import annotations

import re

MAX_LINE_WORDS = 30
"""A longer line is prose, whatever it begins with."""

MAX_NOTICE_WORDS = 120
"""Cookie notices run long, in one paragraph."""

_I = re.IGNORECASE
_LINE = re.compile(
    r"""[\W_]*(?:
      (?:leggi|vedi|guarda|ascolta)\ (?:anche|pure|tutto|di\ più|altre\ notizie|qui|gli\ altri\ articoli|il\ video)\b.*
    | (?:lire|voir)\ aussi\b.* | à\ lire\ aussi\b.* | (?:read|see)\ (?:also|more)\b.*
    | approfondi(?:menti|sci|mento)\W* | per\ approfondire\b.* | altre\ notizie\b.*
    | (?:annuncio\ )?pubblicit(?:à|a['’]?)(?:ria|rio)?\W* | (?:advertisement|publicité)\W*
    | (?:l['’]articolo\ )?(?:continua|prosegue)\ (?:a\ leggere|dopo\ la\ pubblicità|sotto)\b.*
    | abbonati(?=\W*$|\W+(?:ora|subito|adesso|qui|gratis|per|a|al|all|e)\b).*
    | sei\ già\ abbonat[oa]\b.* | (?:accedi|registrati)\b.* | contenuto\ riservato\b.*
    | (?:subscribe|sign\ up|log\ in|abonnez-vous|déjà\ abonné)\b.*
    | iscriviti\b.* | ricevi\ .*(?:newsletter|notizie).* | la\ (?:tua|nostra)\ newsletter\b.*
    | (?:seguici|follow\ us|suivez-nous)\b.* | (?:unisciti|entra)\ (?:al|nel)\ (?:nostro\ )?(?:canale|gruppo)\b.*
    | resta\ (?:sempre\ )?aggiornat[oi]\b.* | (?:condividi|share|partager)(?:\W+\w+){0,4}\W*
    | (?:commenti|comments?|lascia\ un\ commento|scrivi\ un\ commento)\W*\d*\W*
    | clicca\ qui\b.* | scarica\ (?:la\ nostra|l['’])\ ?app\b.* | torna\ (?:su|alla\ home|indietro)\W*
    | (?:tag|tags|argomenti|temi|parole\ chiave)\s*:.*
    | (?:\(c\)|copyright|tutti\ i\ diritti|all\ rights|tous\ droits)\b.* | riproduzione\ (?:riservata|vietata)\W*.*
    | (?:in\ )?(?:foto|photo|ph|credits?|crediti|fotografia|fotogallery|foto\ gallery)\s*[:.©/|(].*
    | (?:una?\ )?(?:foto|immagine|immagini)\ (?:di|d['’])\ ?(?:repertorio|archivio|freepik|pixabay|unsplash|pexels)\W*
    | (?:foto|immagine)\ (?:generica|ansa|lapresse|dal\ web|di\ \w+(?:\ \w+)?)\W*
    | (?:image|photo)\ (?:credit|by|d['’]illustration)\b.*
    | tempo\ di\ lettura\b.* | \d+\s+min(?:uti)?\ di\ lettura\W* | aggiornato\ (?:il|alle|a)\b[^.]{0,60}
    | (?:le\ (?:più|notizie\ più)\ lette)\W*
    )""",
    _I | re.VERBOSE,
)
_COPYRIGHT = re.compile(r"\W*(?:©|\(c\))\s*(?:\d{4}\b|riproduzione|copyright|tutti|all\b).*", _I)
_RELATED = re.compile(
    r"[\W_]*(?:articoli\ correlati|notizie\ correlate|potrebbe(?:ro)?\ (?:interessart[i]|anche\ interessarti)"
    r"|ti\ potrebbe(?:ro)?\ (?:anche\ )?interessare|leggi\ anche|related\ (?:articles|stories|news)"
    r"|sur\ le\ même\ (?:sujet|thème)|articles?\ liés)[\W_]*".replace(r"\ ", " "),
    _I,
)
_TAIL = re.compile(
    r"\s*(?:(?:©|\(c\))?\s*(?:riproduzione\s+riservata|RIPRODUZIONE VIETATA).*"
    r"|(?-i:LEGGI ANCHE|LEGGI PURE|GUARDA IL VIDEO|LIRE AUSSI)\b.*|©\s*\d{4}\b.*)$",
    _I,
)
_CONSENT = tuple(
    re.compile(pattern, _I)
    for pattern in (
        r"\b(?:noi e (?:i nostri|terze parti)|we and our|nous et nos)\b.{0,40}\b(?:partner|fornitori|partenaires)",
        r"(?:utilizz\w+|us(?:a|iamo)|impieghiamo|we use|uses?|nous utilisons|utilise)\b.{0,60}\bcookies?\b",
        r"\b(?:accett\w+|rifiut\w+|gesti\w+|accept\w*|reject|manage|refuser|gérer)\b.{0,30}\bcookies?\b",
        r"\bcookies?\b.{0,40}\b(?:policy|consens\w+|consent\w*|profilazione|tecnici|preferenze|terze parti|settings)\b",
        r"\b(?:accetta (?:tutto|tutti|e continua|e chiudi)|rifiuta (?:tutto|e abbonati)|continua senza accettare)",
        r"\b(?:accept all|reject all|agree and (?:close|continue)|before you continue|prima di continuare su)\b",
        r"\b(?:tout accepter|tout refuser|accepter et fermer|continuer sans accepter|avant d['’]accéder)\b",
        r"\b(?:(?:il tuo|il vostro|dare il|prestare il) consenso|your (?:consent|privacy)|votre consentement)\b",
        r"\b(?:gesti\w+ (?:le )?(?:tue )?preferenze|impostazioni (?:della )?privacy|manage (?:options|preferences))\b",
        # what the advertisers' framework (IAB TCF) makes every wall say
        r"informazioni (?:su|sul) (?:un |tuo )?dispositivo|(?:annunci|pubblicità) e contenuti personalizzati",
        r"(?:store and(?:/or)? access|access) information on a device|personali[sz]ed ads",
        r"\b(?:informativa (?:sulla )?privacy|privacy policy|politique de confidentialité|trattamento dei dati)\b",
    )
)
_PAYWALL = re.compile(
    r"contenut\w+ (?:è )?riservat\w+ (?:ai|agli|a chi)|riservat\w+ (?:ai (?:nostri )?|agli )?abbonati"
    r"|abbonati (?:ora )?(?:per|e) (?:continuare|continua|leggere|leggi|proseguire|accedere)"
    r"|per continuare a leggere (?:questo articolo|l['’]articolo|abbonati|accedi|registrati)"
    r"|(?:articolo|contenuto) (?:a pagamento|premium|per abbonati|solo per)|hai (?:già )?letto (?:tutti )?gli articoli"
    r"|sblocca (?:l['’]articolo|questo articolo|il contenuto)"
    r"|subscribe to (?:continue|read|unlock)|this (?:article|content) is (?:for|reserved|available to) subscribers"
    r"|réservé (?:à nos|aux) abonnés|abonnez-vous pour|la suite est réservée|il vous reste .{0,20} de cet article",
    _I,
)
_MISSING = re.compile(
    r"(?:pagina|articolo|contenuto|page|article|url) (?:richiest[ao] )?(?:non (?:è stat[ao] )?(?:trovat[ao]|esiste|"
    r"disponibile|più disponibile)|not found|non trouvée?|introuvable|inesistente)"
    r"|\b(?:error[ei]?|erreur|http)\W{0,3}404\b|^\W*404\b|\b404\W{1,3}(?:not found|pagina|page|error)"
    r"|page (?:does not|doesn['’]t) exist|nothing (?:was )?found|^(?:oops|ops)\b",
    _I,
)


def clean(text: str) -> str:
    """The text without boilerplate lines; one paragraph a line."""
    kept: list[str] = []
    related = False
    for raw in text.splitlines():
        line = _TAIL.sub("", raw).strip()
        related = bool(_RELATED.fullmatch(line)) or (related and _is_link(line))
        if line and not related and not is_boilerplate(line):
            kept.append(line)
    return "\n".join(kept)


def is_boilerplate(line: str) -> bool:
    """Whether a line belongs to the page, not to the article."""
    words = len(line.split())
    if words <= MAX_LINE_WORDS and (_LINE.fullmatch(line) or _COPYRIGHT.fullmatch(line)):
        return True
    return words <= MAX_NOTICE_WORDS and is_notice(line)


def is_notice(line: str) -> bool:
    """Whether a line is a cookie notice: two of its formulas, or one in a line too short for a report."""
    hits = consent_formulas(line)
    return hits >= 2 or (hits == 1 and len(line.split()) <= 8)


def consent_formulas(text: str) -> int:
    """How many different formulas of cookie notices a text holds."""
    return sum(1 for pattern in _CONSENT if pattern.search(text))


def asks_to_pay(text: str) -> bool:
    """Whether a text says that the rest is for subscribers."""
    return bool(_PAYWALL.search(text))


def says_missing(title: str) -> bool:
    """Whether a title is that of a page which is not there."""
    return bool(_MISSING.search(title))


def _is_link(line: str) -> bool:
    """Whether a line after "related articles" is one of their titles: short, without a full stop."""
    return len(line.split()) <= 20 and not line.endswith((".", "!", "?", "»", "”", '"', ":"))
