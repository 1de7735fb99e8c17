"""The places that a publication counts in, and which of them add up to which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from exports.figures.identity import GEMEENTE, PROVINCIE, VLAANDEREN
from exports.figures.reading import Municipality

FLANDERS = VLAANDEREN
LEVELS = (GEMEENTE, PROVINCIE, VLAANDEREN)
"""From the parts to the whole. The centrumsteden are municipalities; no table adds them up."""

_PROVINCE = f"{PROVINCIE}:"


def place_of(level: str, place: str) -> str:
    """The place of a figure: a NIS code, `provincie:<name>` or `vlaanderen`."""
    return _PROVINCE + place if level == PROVINCIE else place


def level_of(place: str) -> str:
    """gemeente, provincie or vlaanderen."""
    if place == FLANDERS:
        return VLAANDEREN
    return PROVINCIE if place.startswith(_PROVINCE) else GEMEENTE


@dataclass(frozen=True)
class Geography:
    """The municipalities of one publication; the levels above them follow."""

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
    """The geography of these municipalities."""
    return Geography(tuple(municipalities))
