"""The places that are published: municipalities, or rows of several, and what is above them.

Territories make places of two geographies comparable. The territory of a municipality under a geography is the set of
all codes since 2017 that resolve to it on that date (a code resolves forward along its successors; a code that came
later can't be placed and counts as `99999`), by the project's own seed `municipalities.csv`, as in the warehouse."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from exports.figures.identity import ARRONDISSEMENT, GEMEENTE, PROVINCIE, VLAANDEREN
from exports.figures.reading import UNASSIGNED, Municipality
from exports.figures.together import codes_of
from orchestration.store.municipalities import code_on, read_codes

LEVELS = (GEMEENTE, ARRONDISSEMENT, PROVINCIE, VLAANDEREN)
"""From the parts to the whole. The centrumsteden are municipalities; no table adds them up."""


def place_of(level: str, place: str) -> str:
    """The place of a figure: a NIS code, `arrondissement:<name>`, `provincie:<name>` or `vlaanderen`."""
    return f"{level}:{place}" if level in (ARRONDISSEMENT, PROVINCIE) else place


def rest_of(place: str) -> str:
    """The municipalities of a place that are no centre cities, together: no table shows them."""
    return f"overige:{place}"


def level_of(place: str) -> str:
    """The level of a place; that of a rest is `overige`, which is none of `LEVELS`."""
    return VLAANDEREN if place == VLAANDEREN else place.partition(":")[0] if ":" in place else GEMEENTE


@dataclass(frozen=True)
class Geography:
    """The municipalities of one publication, and the arrondissements, provinces and Flanders above them."""

    municipalities: tuple[Municipality, ...]

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels that it has: what was kept before arrondissements were shown doesn't know them."""
        known = all(item.arrondissement for item in self.municipalities)
        return tuple(level for level in LEVELS if known or level != ARRONDISSEMENT)

    @cached_property
    def cities(self) -> frozenset[str]:
        """The NIS codes of the centre cities."""
        return frozenset(item.nis_code for item in self.municipalities if item.is_centre_city)

    @cached_property
    def above(self) -> dict[str, dict[str, str]]:
        """NIS code -> its place at every level, itself first."""
        return {
            item.nis_code: {
                level: place_of(level, name)
                for level, name in (
                    (GEMEENTE, item.nis_code),
                    (ARRONDISSEMENT, item.arrondissement),
                    (PROVINCIE, item.province),
                    (VLAANDEREN, VLAANDEREN),
                )
                if level in self.levels
            }
            for item in self.municipalities
        }

    def parts(self, whole: str, part: str) -> dict[str, list[str]]:
        """Places of level `whole` -> the places of level `part` that add up to them."""
        result: dict[str, dict[str, None]] = {}
        for places in self.above.values():
            result.setdefault(places[whole], {})[places[part]] = None
        return {place: list(below) for place, below in result.items()}


def territories(geography: Geography, on: dt.date) -> dict[str, frozenset[str]]:
    """Every place of the geography -> the NIS codes of its territory. `on` is the geography date."""
    known = read_codes()
    result: dict[str, set[str]] = {}
    above = {code: places for row, places in geography.above.items() for code in codes_of(row)}
    for code in known:
        for place in above.get(code_on(code, on, known) or UNASSIGNED, {}).values():
            result.setdefault(place, set()).add(code)
    for code, places in above.items():  # a code that the seed doesn't know stands for itself
        for place in places.values():
            result.setdefault(place, set()).update(() if code in known else (code,))
    for level in LEVELS:
        for place, inside in geography.parts(level, GEMEENTE).items() if level in geography.levels else ():
            others = (result.get(code, set()) for code in inside if code not in geography.cities)
            result[rest_of(place)] = set().union(*others)
    return {place: frozenset(codes) for place, codes in result.items()}
