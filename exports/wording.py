"""Dutch wording shared by the sheets of an annex."""

import datetime as dt
import re
from collections.abc import Sequence

from exports.figures.identity import GEMEENTE, LEVELS, VLAANDEREN
from exports.figures.reading import UNASSIGNED, PublicationReader

BANNER = "SYNTHETISCHE DEMODATA - deze cijfers zijn verzonnen en gaan over niemand"
MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
_QUARTER = 92  # days: the slowest sources deliver every quarter
_NUMBERS_CHANGED = "insz_wijzigingen"
"""The source that says who is who; nothing of what people did is in it."""
_SOURCE_NAMES = {_NUMBERS_CHANGED: "nummerwijzigingen", "art60_tewerkstellingen": "tewerkstellingen art. 60"}
"""What readers call a source whose name in files is no Dutch word; the others are called as they are."""
UNALLOCATED = (
    "Cijfers onder een NIS-code die pas na de gekozen geografie ontstond. Ze zijn niet over de vroegere gemeenten te "
    "verdelen; ze tellen wel mee in het totaal."
)
_NUMBERS = ("geen", "één", "twee", "drie", "vier", "vijf", "zes")


_ARTICLE = re.compile(r"\b(art\.|artikel)\s*(\d+)(,?)\s*§\s*(\d+)", re.IGNORECASE)
NBSP = "\u00a0"
"""A space at which no line ends."""


def spelled(text: str) -> str:
    """The text with its articles of a law in one form, on one line: "artikel 60 §7" -> "artikel 60 § 7"."""
    return _ARTICLE.sub(rf"\1{NBSP}\2\3{NBSP}§{NBSP}\4", text)


ARTICLE_60 = spelled("artikel 60 §7")


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def counted(number: int, one: str, more: str) -> str:
    """2, "grafiek", "grafieken" -> "twee grafieken"."""
    text = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{text} {one if number == 1 else more}"


def listed(items: Sequence[str]) -> str:
    """("a", "b", "c") -> "a, b en c"."""
    return " en ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def source_names(sources: Sequence[str]) -> list[str]:
    """The sources by the names that a reader knows."""
    return [_SOURCE_NAMES.get(source, source) for source in sources]


def long_date(date: dt.date) -> str:
    """2024-03-01 -> "1 maart 2024"."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def period(years: Sequence[int]) -> str:
    """Years in reading form, runs joined: (2017, 2020, 2021, 2022) -> "2017 en 2020-2022"."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return listed([str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs])


def by_level(levels: Sequence[str]) -> str:
    """The finest of the levels that a question asks for, behind what it asks for."""
    finest = next((level for level in LEVELS if level in levels), VLAANDEREN)
    return {GEMEENTE: "per gemeente/stad", VLAANDEREN: "voor Vlaanderen"}.get(finest, f"per {finest}")


def municipality_count(publication: PublicationReader) -> int:
    """How many municipalities there are at the geography date."""
    return sum(item.nis_code != UNASSIGNED for item in publication.municipalities)


def geography(publication: PublicationReader) -> str:
    """The reporting geography in words."""
    count = municipality_count(publication)
    return f"{count} gemeenten, zoals ze bestonden op {long_date(publication.facts.geography_date)}"


def unfinished(years: Sequence[int], as_of: dt.date) -> list[str]:
    """Warnings for years that the figures don't cover in full at `as_of`."""
    warnings = []
    for year in years:
        if as_of < dt.date(year, 1, 1):
            warnings.append(f"{year} begint na de stand-datum; een nul betekent daar 'nog geen gegevens'.")
        elif as_of < dt.date(year, 12, 31):
            warnings.append(f"{year} is onvolledig, de stand is van {long_date(as_of)}.")
    return warnings


def ahead(publication: PublicationReader, sources: Sequence[str]) -> str:
    """A warning for when the as-of date lies far after the newest delivery; "" when it doesn't."""
    as_of = publication.facts.as_of
    what_happened = [source for source in sources if source != _NUMBERS_CHANGED]
    newest = max((item.last for item in publication.delivered(what_happened).values()), default=None)
    if newest is None or (as_of - newest).days <= _QUARTER:
        return ""
    return (
        f"De nieuwste gebruikte levering is van {long_date(newest)}: wat daarna gebeurde, zit niet in de cijfers, en "
        "een trajecteinde dat voor de dagen tussen die levering en de stand aangekondigd was, telt als bereikt."
    )


def plain_name(*pieces: str) -> str:
    """A table name out of words: ASCII letters, digits and _ only, accents taken off."""
    plain = {"ë": "e", "é": "e", "è": "e", "ï": "i"}
    text = "_".join(pieces)
    return "".join(plain.get(char, char) if char.isascii() or char in plain else "" for char in text).replace(" ", "_")
