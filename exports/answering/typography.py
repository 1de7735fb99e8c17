"""Where a line of a letter may not end: inside a number, a date or a reference, or between a number and its unit."""

import re

from exports.wording import NBSP, spelled

HYPHEN = "\u2011"
"""A hyphen at which no line ends."""
_MONTHS = "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
_UNITS = (
    "%|euro|procentpunt|maand(?:en)?|jaar|dag(?:en)?|leefloners?|cliënt(?:en)?|traject(?:en)?|loontoelagen|screenings|"
    f"gemeenten|personen|{_MONTHS}"
)
_BOUND = (
    (re.compile(r"§\s*(?=\d)"), f"§{NBSP}"),
    (re.compile(r"\b(art\.|artikel|bijlage|punt|deelvraag|nr\.) (?=\d)", re.IGNORECASE), rf"\1{NBSP}"),
    (re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?!\w))"), NBSP),
    (re.compile(rf"\b({_MONTHS}) (?=\d{{4}}\b)"), rf"\1{NBSP}"),
    (re.compile(r"(?<=\d)-(?=\d)|(?<![\w-])-(?=\d)|(?<=\bTWE)-(?=OCMW\b)"), HYPHEN),
)


def bound(text: str) -> str:
    """The text with its figures, dates and references on one line each."""
    text = spelled(text)
    for pattern, put in _BOUND:
        text = pattern.sub(put, text)
    return text
