"""The page itself: template, style and scripts put around the data, under a policy that forbids the network."""

import base64
import hashlib
import json
from decimal import Decimal
from html import escape
from pathlib import Path
from string import Template

from exports.annexes import KINDS
from exports.figure_book.data import Book
from exports.figure_book.definition import KINDS_SHOWN
from exports.statements.years import NOT_ALL_PAID
from exports.wording import BANNER, UNALLOCATED
from exports.xlsx.document import BREAK, NOT_APPLICABLE, NOT_AVAILABLE, SHORTHAND

NOT_FINISHED = (
    f"van zo'n jaar zijn {NOT_ALL_PAID}. Een loontoelage telt in het jaar waarin "
    "gewerkt is, en wordt later betaald en geleverd: het jaar kan volledig zijn zodra er een levering is van twee "
    "jaar later. Tot dan vergelijkt deze pagina het niet met het jaar ervoor."
)

ASSETS = Path(__file__).with_name("assets")
SCRIPTS = ("base", "frame", "years", "bars", "map", "flanders", "ratio", "municipality", "start")
"""In the order in which they need each other."""


def page(book: Book) -> str:
    """The HTML of the book. The same book gives the same text."""
    style = _asset("style.css")
    script = '"use strict";\n(() => {\n' + "\n".join(_asset(f"{name}.js") for name in SCRIPTS) + "\n})();\n"
    meta = book["meta"]
    banners = (BANNER if meta["synthetic"] else "", meta["banner"])
    changed = f'\n<p class="stand">{escape(meta["changed"])}</p>' if meta["changed"] else ""
    return Template(_asset("page.html")).substitute(
        policy=_policy(style, script),
        style=style,
        script=script,
        as_of=escape(meta["asOfText"]),
        geography=f"{len(book['places'])} gemeenten, zoals ze bestonden op {escape(meta['geographyText'])}",
        banners="\n".join(f'<p class="banner">{escape(text)}</p>' for text in banners if text) + changed,
        notes=_notes(book),
        colophon=_colophon(book),
        data=_embedded(book),
    )


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing may be fetched, sent or run but the page's own style and script, by their digests."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _embedded(book: Book) -> str:
    """JSON that can be put in a script element: nothing in it can end the element."""
    text = json.dumps(book, ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _plain(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)  # to be shown: the page adds nothing up that an annex gives
    raise TypeError(f"{type(value).__name__} can't be put in the data of the page")


def _notes(book: Book) -> str:
    """Signs, disclosure control and the definitions of the annexes that the book shows, each once."""
    series = book["series"].values()
    terms: dict[str, str] = {
        "vertrouwelijk": "niet getoond, zodat niemand herkend kan worden; ook wat eruit af te leiden zou zijn, "
        "is verborgen. Vertrouwelijk is niet nul.",
        "niet beschikbaar": _meaning(NOT_AVAILABLE),
        "niet te berekenen": _meaning(NOT_APPLICABLE),
        "voorlopig (*)": " ".join(dict.fromkeys(s["closing"] for s in series if s["provisional"]))
        or "geen van de getoonde jaren is voorlopig.",
    }
    if any(s["unfinished"] for s in series):
        terms["nog niet volledig (*)"] = NOT_FINISHED
    terms["breuk"] = _meaning(BREAK)
    if any(s["unallocated"] for s in series):
        terms["niet toewijsbaar"] = f"{UNALLOCATED} Deze pagina toont ze enkel daar."
    terms["Aandelen"] = "zijn op deze pagina berekend uit de getoonde aantallen, en afgerond op één decimaal."
    for term, text in (pair for key in KINDS_SHOWN if key in book["series"] for pair in KINDS[key].definitions):
        terms.setdefault(term, text)
    pairs = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in terms.items())
    return f"<dl>{pairs}</dl>"


def _meaning(sign: str) -> str:
    return SHORTHAND[sign].partition(": ")[2]


def _colophon(book: Book) -> str:
    meta = book["meta"]
    controlled = "Verborgen cijfers zijn weggelaten voor ze in de pagina kwamen."
    control = controlled if meta["controlled"] else "Er is geen geheimhouding toegepast."
    control = meta["changed"] or control
    return escape(
        f"Uitgave: {meta['edition']}. {control} Gemaakt uit de publicatie met stand {meta['asOf']}, versie "
        f"{meta['code']}. Deze pagina staat op zichzelf: ze haalt niets op en verstuurt niets."
    )
