"""The places that a publication counts in, which of them add up to which, and the territory of each.

Territories make places of two geographies comparable. The territory of a municipality under a geography is the set of
all codes since 2017 that resolve to it on that date (a code resolves forward along its successors; a code that came
later can't be placed and counts as `99999`). The facts are those of the project's own seed `municipalities.csv`, the
same that the warehouse uses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from exports.figures.identity import GEMEENTE, PROVINCIE, VLAANDEREN
from exports.figures.reading import UNASSIGNED, Municipality
from orchestration.store.municipalities import code_on, read_codes

FLANDERS = VLAANDEREN
LEVELS = (GEMEENTE, PROVINCIE, VLAANDEREN)
"""From the parts to the whole. The centrumsteden are municipalities; no table adds them up."""

_PROVINCE = f"{PROVINCIE}:"


def place_of(level: str, place: str) -> str:
    """The place of a figure: a NIS code, `provincie:<name>` or `vlaanderen`."""
    return _PROVINCE + place if level == PROVINCIE else place


def level_of(place: str) -> str:
    """The level of a place: gemeente, provincie or vlaanderen."""
    if place == FLANDERS:
        return VLAANDEREN
    return PROVINCIE if place.startswith(_PROVINCE) else GEMEENTE


@dataclass(frozen=True)
class Geography:
    """The municipalities of one publication, and the provinces and Flanders above them."""

    municipalities: tuple[Municipality, ...]

    @cached_property
    def above(self) -> dict[str, dict[str, str]]:
        """NIS code -> its place at every level, itself first."""
        return {
            item.nis_code: {
                GEMEENTE: item.nis_code,
                PROVINCIE: place_of(PROVINCIE, item.province),
                VLAANDEREN: FLANDERS,
            }
            for item in self.municipalities
        }

    @cached_property
    def centre_cities(self) -> frozenset[str]:
        """NIS codes of the centrumsteden."""
        return frozenset(item.nis_code for item in self.municipalities if item.is_centre_city)

    def parts(self, whole: str, part: str) -> dict[str, list[str]]:
        """Places of level `whole` -> the places of level `part` that add up to them."""
        result: dict[str, dict[str, None]] = {}
        for places in self.above.values():
            result.setdefault(places[whole], {})[places[part]] = None
        return {place: list(below) for place, below in result.items()}


def of(municipalities: Iterable[Municipality]) -> Geography:
    """The geography made of these municipalities."""
    return Geography(tuple(municipalities))


def territories(geography: Geography, on: dt.date) -> dict[str, frozenset[str]]:
    """Every place of the geography -> the NIS codes of its territory. `on` is the geography date."""
    known = read_codes()
    result: dict[str, set[str]] = {}
    for code in known:
        for place in geography.above.get(code_on(code, on, known) or UNASSIGNED, {}).values():
            result.setdefault(place, set()).add(code)
    for item in geography.municipalities:  # a code that the seed doesn't know stands for itself
        for place in geography.above[item.nis_code].values():
            result.setdefault(place, set()).update(() if item.nis_code in known else (item.nis_code,))
    return {place: frozenset(codes_) for place, codes_ in result.items()}
