"""From a publication to the data of the page: every figure that it may show, once, as compact lists.

    series[kind].measures               what is counted: id, label, decimals
    series[kind].unfinished             years of which months may still come in: not to be compared with others
    series[kind].cells[place]           per measure its values by year, up to the last; years before are not shown

A value is a number, or a sign: "c" confidential, "x" not available, "z" not applicable, null not in this edition.
A place is a NIS code, `p:` and the name of a province, or `vlaanderen`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from exports.annexes import KINDS
from exports.annexes.model import AnnexKind
from exports.editions import Edition, displayed
from exports.figure_book.definition import KINDS_SHOWN
from exports.figure_book.selection import KindSelection, Selection, of_kind, shows
from exports.figures.collect import Figures, WideFigures, collect
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN, Figure, Hidden, Value
from exports.figures.plan import Indicator
from exports.figures.reading import UNASSIGNED, Municipality, PublicationReader
from exports.questions.question import Annex
from exports.sheets.context import year_flags
from exports.wording import long_date

Book = dict[str, Any]
_SIGNS = {"[c]": "c", "[x]": "x", "[z]": "z"}


def collect_book(
    publication: PublicationReader, selected: Sequence[Selection], hidden: Hidden | None, edition: Edition
) -> Book:
    """The data of the page. Nothing that is hidden, or not selected, is in it."""
    facts = publication.facts
    municipalities = [item for item in publication.municipalities if item.nis_code != UNASSIGNED]
    series = {key: made for key in KINDS_SHOWN if (made := _series(publication, key, selected, hidden)) is not None}
    return {
        "meta": {
            "asOf": facts.as_of.isoformat(),
            "asOfText": long_date(facts.as_of),
            "geography": facts.geography_date.isoformat(),
            "geographyText": long_date(facts.geography_date),
            "synthetic": facts.synthetic,
            "code": facts.code_version,
            "edition": edition.label,
            "banner": edition.banner,
            "controlled": hidden is not None,
        },
        "provinces": list(dict.fromkeys(item.province for item in municipalities)),
        "places": _places(publication, municipalities),
        "series": series,
    }


def figures_of(publication: PublicationReader, selected: Sequence[Selection]) -> Iterator[Figure]:
    """Every figure that a page with all of them would show: what may have to be hidden."""
    for key in KINDS_SHOWN:
        if (found := _Series.read(publication, key, selected)) is not None:
            for row in found.rows.values():
                yield from (figure for figure in row if figure is not None)


def _places(publication: PublicationReader, municipalities: Sequence[Municipality]) -> list[list[Any]]:
    """[NIS code, name, province, longitude, latitude, 1 for a centre city], in the order of their names."""
    rows = publication.rows("municipalities", ("nis_code", "longitude", "latitude"))
    where = {code: (longitude, latitude) for code, longitude, latitude in rows}
    return [
        [item.nis_code, item.municipality, item.province, *where[item.nis_code], int(item.is_centre_city)]
        for item in sorted(municipalities, key=lambda item: (_sort_key(item.municipality), item.nis_code))
    ]


def _sort_key(name: str) -> str:
    """As a Dutch index orders names: without looking at case, hyphens and apostrophes."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


@dataclass(frozen=True)
class _Series:
    """The figures of one annex kind; `rows` by place, measure by measure and within each year by year."""

    selection: KindSelection
    figures: Figures
    indicators: list[tuple[str, Indicator]]
    rows: dict[str, list[Figure | None]]

    @classmethod
    def read(cls, publication: PublicationReader, key: str, selected: Sequence[Selection]) -> _Series | None:
        """None when nothing of the kind is selected."""
        kind = KINDS[key]
        selection = of_kind(kind, selected)
        if not selection.years:
            return None
        figures = collect(publication, kind, selection.years, {}, tidied=False)
        shown = [(name, indicator, selection.pairs(name)) for name, indicator in _indicators(figures)]
        shown = [item for item in shown if item[2]]
        rows = {
            place: [
                figures.figure(indicator, level, where, year) if shows(pairs, level, year, centre) else None
                for _, indicator, pairs in shown
                for year in selection.years
            ]
            for place, level, where, centre in _shown_places(figures, selection)
        }
        return cls(selection, figures, [(name, indicator) for name, indicator, _ in shown], rows)


def _series(
    publication: PublicationReader, key: str, selected: Sequence[Selection], hidden: Hidden | None
) -> dict[str, Any] | None:
    found = _Series.read(publication, key, selected)
    if found is None:
        return None
    kind, years = KINDS[key], found.selection.years
    flags = year_flags(
        Annex.model_construct(kind=kind, number="", title=kind.name, years=years, file_name=""),
        found.figures,
        publication.facts.as_of,
    )
    return {
        "years": list(years),
        "provisional": sorted(flags.provisional),
        "unfinished": _incomplete_years(publication, kind, years),
        "breaks": {str(year): text for year, text in flags.breaks.items()},
        "closing": flags.correction_period.text,
        "unallocated": any(item.nis_code == UNASSIGNED for item in found.figures.municipalities),
        "measures": [_described(name, indicator) for name, indicator in found.indicators],
        "cells": {
            place: [
                _late([_value(figure, hidden) for figure in row[i : i + len(years)]])
                for i in range(0, len(row), len(years))
            ]
            for place, row in found.rows.items()
        },
    }


def _incomplete_years(publication: PublicationReader, kind: AnnexKind, years: Sequence[int]) -> list[int]:
    """The years whose last months may not be paid for, or delivered, yet: those without a delivery two years on.

    A publication knows days of delivery and years worked, not months: payments for December come in after those for
    November, in a delivery of the next year or later. Only a delivery of the year after that surely has them.
    """
    if not kind.paid_later:
        return []
    last = max((item.delivered_on.year for item in publication.deliveries(kind.sources)), default=0)
    return [year for year in years if last < year + 2]


def _shown_places(figures: Figures, selection: KindSelection) -> Iterator[tuple[str, str, str, bool]]:
    """(place, level, place as in an identity, is it a centre city) of all places that are shown at some year."""
    if VLAANDEREN in selection.levels:
        yield VLAANDEREN, VLAANDEREN, VLAANDEREN, False
    if PROVINCIE in selection.levels:
        for province in figures.provinces:
            if any(item.province == province and item.nis_code != UNASSIGNED for item in figures.municipalities):
                yield f"p:{province}", PROVINCIE, province, False
    for item in figures.municipalities:
        selected = GEMEENTE in selection.levels or (item.is_centre_city and CENTRUMSTAD in selection.levels)
        if item.nis_code != UNASSIGNED and selected:
            yield item.nis_code, GEMEENTE, item.nis_code, item.is_centre_city


def _indicators(figures: Figures) -> Iterator[tuple[str, Indicator]]:
    """The measures with a short name: the category that they count, or else the column of the mart. Without those that
    mean nothing for several municipalities together."""
    table: WideFigures
    for table in figures.tables:
        for indicator in table.indicators:
            _, measure, category = indicator.signature
            if indicator.measure.in_totals:
                yield (category if measure == "trajectories" else measure), indicator


def _described(name: str, indicator: Indicator) -> dict[str, Any]:
    decimals = indicator.measure.format.value[1]
    euro = indicator.measure.format.name == "EURO"
    return {"id": name, "label": indicator.label, "decimals": 2 if euro else decimals or 0}


def _late(values: list[Value]) -> list[Value]:
    """Without the years before the first that is shown: most places have most measures for the last year alone."""
    first = next((i for i, value in enumerate(values) if value is not None), len(values))
    return values[first:]


def _value(figure: Figure | None, hidden: Hidden | None) -> Value:
    if figure is None:
        return None
    value = displayed(figure, hidden)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _SIGNS[value] if isinstance(value, str) else value
