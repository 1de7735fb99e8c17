"""From a publication to the data of the page: every figure that it may show, once, as compact lists.

    series[kind].measures               what is counted: id, label, decimals
    series[kind].cells[place]           values, measure by measure and within each year by year

A value is a number, or a sign: "c" confidential, "x" not available, "z" not applicable, null not in this edition.
A place is a NIS code, `p:` and the name of a province, or `vlaanderen`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from exports.annexes import KINDS
from exports.editions import Edition, shown
from exports.figure_book.question import KINDS_SHOWN
from exports.figure_book.scope import Scope, scope_of
from exports.figures import Figures, WideFigures, collect
from exports.identity import GEMEENTE, PROVINCIE, VLAANDEREN, Hidden, Value
from exports.marks import year_marks
from exports.meters import Meter
from exports.questions import Annex, Question
from exports.reading import UNASSIGNED, Municipality, Publication
from exports.sheets.wording import long_date

Book = dict[str, Any]
_SIGNS = {"[c]": "c", "[x]": "x", "[z]": "z"}


def collect_book(folder: Path, questions: Sequence[Question], hidden: Hidden | None, edition: Edition) -> Book:
    """The data of the page. Nothing that is hidden, or not carried by the questions, is in it."""
    with Publication(folder) as publication:
        facts = publication.facts
        municipalities = [item for item in publication.municipalities if item.nis_code != UNASSIGNED]
        series = {
            key: found for key in KINDS_SHOWN if (found := _series(publication, key, questions, hidden)) is not None
        }
        return {
            "meta": {
                "asOf": facts.as_of.isoformat(),
                "asOfText": long_date(facts.as_of),
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


def _places(publication: Publication, municipalities: Sequence[Municipality]) -> list[list[Any]]:
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


def _series(
    publication: Publication, key: str, questions: Sequence[Question], hidden: Hidden | None
) -> dict[str, Any] | None:
    kind = KINDS[key]
    scope = scope_of(kind, questions, publication.facts)
    if not scope.years:
        return None
    figures = collect(publication, kind, scope.years, {})
    marks = year_marks(Annex(kind, "", kind.name, scope.years, ""), figures, publication.facts.as_of)
    meters = list(_meters(figures))
    cells = {
        place: [
            _value(figures, meter, level, where, year, hidden) if scope.shows(level, year, centre) else None
            for _, meter in meters
            for year in scope.years
        ]
        for place, level, where, centre in _shown_places(figures, scope)
    }
    return {
        "years": list(scope.years),
        "provisional": sorted(marks.provisional),
        "breaks": {str(year): text for year, text in marks.breaks.items()},
        "closing": marks.closing.text,
        "measures": [_described(name, meter) for name, meter in meters],
        "cells": cells,
    }


def _shown_places(figures: Figures, scope: Scope) -> Iterator[tuple[str, str, str, bool]]:
    """(place, level, place as in an identity, is it a centre city) of all places that the scope shows at some year."""
    levels = {level for level, _ in scope.carried}
    if VLAANDEREN in levels:
        yield VLAANDEREN, VLAANDEREN, VLAANDEREN, False
    if PROVINCIE in levels:
        for province in figures.provinces:
            if any(item.province == province and item.nis_code != UNASSIGNED for item in figures.municipalities):
                yield f"p:{province}", PROVINCIE, province, False
    for item in figures.municipalities:
        if item.nis_code != UNASSIGNED and any(
            scope.shows(GEMEENTE, year, item.is_centre_city) for year in scope.years
        ):
            yield item.nis_code, GEMEENTE, item.nis_code, item.is_centre_city


def _meters(figures: Figures) -> Iterator[tuple[str, Meter]]:
    """The measures with a short name: the category that they count, or else the column of the mart. Without those that
    mean nothing for several municipalities together."""
    table: WideFigures
    for table in figures.tables:
        for meter in table.meters:
            _, measure, category = meter.signature
            if meter.measure.in_totals:
                yield (category if measure == "trajectories" else measure), meter


def _described(name: str, meter: Meter) -> dict[str, Any]:
    decimals = meter.measure.format.value[1]
    euro = meter.measure.format.name == "EURO"
    return {"id": name, "label": meter.label, "decimals": 2 if euro else decimals or 0}


def _value(figures: Figures, meter: Meter, level: str, place: str, year: int, hidden: Hidden | None) -> Value:
    value = shown(figures.figure(meter, level, place, year), hidden)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _SIGNS[value] if isinstance(value, str) else value
