"""The places that a publication counts in, and which of them add up to which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from exports.reading import Municipality

FLANDERS = "vlaanderen"
CENTRE_CITIES = "centrumsteden"
PROVINCE = "provincie:"


def province_place(name: str) -> str:
    """The place of a province."""
    return PROVINCE + name


def level_of(place: str) -> str:
    """gemeente, centrumsteden, provincie or vlaanderen."""
    if place in (FLANDERS, CENTRE_CITIES):
        return place
    return "provincie" if place.startswith(PROVINCE) else "gemeente"


@dataclass(frozen=True)
class Geography:
    """The municipalities of one publication; the levels above them follow."""

    municipalities: tuple[Municipality, ...]

    @cached_property
    def sums(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(place, the places that add up to it): provinces and centre cities, and Flanders of provinces."""
        provinces: dict[str, list[str]] = {}
        centres = []
        for item in self.municipalities:
            provinces.setdefault(province_place(item.province), []).append(item.nis_code)
            if item.is_centre_city:
                centres.append(item.nis_code)
        result = [(place, tuple(codes)) for place, codes in provinces.items()]
        if centres:
            result.append((CENTRE_CITIES, tuple(centres)))
        result.append((FLANDERS, tuple(provinces)))
        return tuple(result)

    @cached_property
    def others(self) -> tuple[str, ...]:
        """The municipalities that are no centre city: with the centre cities together they are Flanders."""
        return tuple(item.nis_code for item in self.municipalities if not item.is_centre_city)

    @cached_property
    def above(self) -> dict[str, tuple[str, ...]]:
        """The places that a municipality's counts are part of, itself first."""
        return {
            item.nis_code: (
                item.nis_code,
                province_place(item.province),
                *((CENTRE_CITIES,) if item.is_centre_city else ()),
                FLANDERS,
            )
            for item in self.municipalities
        }


def of(municipalities: Iterable[Municipality]) -> Geography:
    """The geography of these municipalities."""
    return Geography(tuple(municipalities))
