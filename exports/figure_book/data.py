"""From a publication to the data of the page: every figure that is selected, once, as compact lists.

    series[kind].measures               what is counted: id, label, decimals
    series[kind].unfinished             years of which months may still come in: not to be compared with others
    series[kind].warnings               what a reader must know of the years, in sentences
    series[kind].cells[place]           per measure its values by year, up to the last; years before are not shown

    split                               per place of the last year: its key, then the figures of `exports.figures.split`

A value is a number, or a sign: "c" confidential, "x" not available, "z" not applicable, null not in this edition.
A place is a NIS code, `p:` and the name of a province, or `vlaanderen`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Any

from exports.annexes import KINDS
from exports.annexes.model import AnnexKind
from exports.disclosure.plan import PublicPlan, public_plan
from exports.editions import PUBLIEK, Edition, displayed
from exports.figure_book.definition import KINDS_SHOWN, Definition
from exports.figures.collect import Figures, collect
from exports.figures.identity import (
    CENTRUMSTAD,
    GEMEENTE,
    LEVELS,
    PROVINCIE,
    VLAANDEREN,
    Changes,
    Figure,
    Hidden,
    Value,
)
from exports.figures.plan import FIRST_YEAR, Indicator
from exports.figures.reading import UNASSIGNED, Facts, Municipality, PublicationReader
from exports.figures.split import MEASURES, RatioSplit, SplitRow
from exports.figures.together import shared_in
from exports.figures.views import shown_by_year
from exports.questions.question import Annex, Question
from exports.sheets.context import year_flags
from exports.statements.years import NOT_ALL_PAID, unpaid, warnings
from exports.wording import long_date
from exports.xlsx.document import Format

Book = dict[str, Any]
_SIGNS = {"[c]": "c", "[x]": "x", "[z]": "z"}


@dataclass(frozen=True)
class Selection:
    """Figures of one annex kind: every measure at every level and year; all measures when none is named."""

    kind: AnnexKind
    years: tuple[int, ...]
    levels: tuple[str, ...]
    measures: tuple[str, ...] = ()

    def has(self, measure: str) -> bool:
        """Whether the measure is selected: by its own name, or by that of its family (`position/`)."""
        return not self.measures or measure in self.measures or f"{measure.partition('/')[0]}/" in self.measures


def of_definition(definition: Definition, publication: PublicationReader) -> list[Selection]:
    """The figures of the book: of the years that its definition names, those of which the marts hold something."""
    selected = []
    for block in definition.blocks:
        rows = publication.rows(block.kind.marts[0].name, ("year",))
        if years := block.years.of((year for (year,) in rows), publication.facts.as_of):
            selected.append(Selection(block.kind, years, block.levels, block.measures))
    return selected


def of_questions(questions: Iterable[Question], facts: Facts) -> list[Selection]:
    """What the annexes of questions show under the default options. A question that is pinned to other dates than the
    publication's is answered from another publication, so none of its figures are selected here."""
    return [
        Selection(annex.kind, annex.years, annex.levels)
        for question in questions
        if question.as_of in (None, facts.as_of) and question.geography_date in (None, facts.geography_date)
        for annex in question.annexes
        if all(annex.options.get(name, values[0]) == values[0] for name, values in annex.kind.options.items())
    ]


def collect_book(
    publication: PublicationReader, selected: Sequence[Selection], hidden: Hidden | None, edition: Edition
) -> Book:
    """The data of the page. Nothing that is hidden, or not selected, is in it."""
    plan = public_plan() if edition.name == PUBLIEK else None
    facts = publication.facts
    municipalities = [item for item in publication.municipalities if item.nis_code != UNASSIGNED]
    series = ((key, _Series.read(publication, KINDS[key], selected, plan)) for key in KINDS_SHOWN)
    found = {key: read for key, read in series if read is not None}
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
            "notAllPaid": NOT_ALL_PAID,
            "firstYear": FIRST_YEAR,
            "changed": hidden.note({mart.name for item in selected for mart in item.kind.marts})
            if isinstance(hidden, Changes)
            else "",
        },
        "provinces": list(dict.fromkeys(item.province for item in municipalities)),
        "places": _places(publication, municipalities),
        "series": {key: _described_series(publication, KINDS[key], series, hidden) for key, series in found.items()},
        "split": [
            [place, *(_value(row.figures[measure.name], hidden, Format.ONE_DECIMAL) for measure in MEASURES)]
            for place, row in _split(publication, found.get("ratio"), selected)
        ],
    }


def figures_of(publication: PublicationReader, selected: Sequence[Selection]) -> Iterator[Figure]:
    """Every figure that a page with all of them would show: what may have to be hidden."""
    for key in KINDS_SHOWN:
        if (series := _Series.read(publication, KINDS[key], selected, public_plan())) is not None:
            yield from (figure for row in series.rows.values() for figure in row if figure is not None)
            if key == "ratio":
                for _, row in _split(publication, series, selected):
                    yield from row.figures.values()


def _split(
    publication: PublicationReader, ratio: _Series | None, selected: Sequence[Selection]
) -> list[tuple[str, SplitRow]]:
    """The ratios of the last year taken apart, at the levels that the book shows them, with the key of each place."""
    if ratio is None:
        return []
    levels = {level for item in selected if item.kind.key == "ratio" for level in item.levels}
    rows = RatioSplit(publication, ratio.figures).rows(tuple(levels))
    last = ratio.figures.years[-1]
    return [(f"p:{row.place}" if row.level == PROVINCIE else row.place, row) for row in rows if row.year == last]


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
    """The selected figures of one annex kind; `rows` by place, measure by measure and within each year by year."""

    figures: Figures
    indicators: list[tuple[str, Indicator]]
    rows: dict[str, list[Figure | None]]

    @classmethod
    def read(
        cls, publication: PublicationReader, kind: AnnexKind, selected: Sequence[Selection], plan: PublicPlan | None
    ) -> _Series | None:
        """None when nothing of the kind is selected. With a plan nothing that annexes don't show by year."""
        selected = [item for item in selected if item.kind.key == kind.key]
        if not (years := sorted({year for item in selected for year in item.years})):
            return None
        figures = collect(publication, kind, tuple(years), {}, tidied=False)
        shown = [(name, indicator, pairs) for name, indicator in _indicators(figures) if (pairs := _at(selected, name))]
        shared = shared_in(plan.rows(publication).values()) if plan else ()
        allowed = {level: shown_by_year(figures, level, plan) for level in LEVELS}
        rows = {
            key: [
                figures.figure(indicator, level, place, year)
                if not pairs.isdisjoint((at, year) for at in levels)
                and place not in shared
                and any(indicator.signature in allowed[at] for at in levels)
                else None
                for _, indicator, pairs in shown
                for year in years
            ]
            for key, level, place, levels in _places_of(figures)
            if any(not levels.isdisjoint(item.levels) for item in selected)
        }
        return cls(figures, [(name, indicator) for name, indicator, _ in shown], rows)


def _at(selected: Iterable[Selection], measure: str) -> set[tuple[str, int]]:
    """(level, year) at which the measure is shown."""
    return {(level, year) for item in selected if item.has(measure) for level in item.levels for year in item.years}


def _places_of(figures: Figures) -> Iterator[tuple[str, str, str, set[str]]]:
    """(key on the page, level, place as in an identity, the levels of which one must be selected and one must show a
    figure) of every place. A centrumstad is shown as a gemeente, also where the gemeenten are not."""
    assigned = [item for item in figures.municipalities if item.nis_code != UNASSIGNED]
    yield VLAANDEREN, VLAANDEREN, VLAANDEREN, {VLAANDEREN}
    for province in figures.provinces:
        if any(item.province == province for item in assigned):
            yield f"p:{province}", PROVINCIE, province, {PROVINCIE}
    for item in assigned:
        yield item.nis_code, GEMEENTE, item.nis_code, {GEMEENTE, *([CENTRUMSTAD] if item.is_centre_city else [])}


def _described_series(
    publication: PublicationReader, kind: AnnexKind, series: _Series, hidden: Hidden | None
) -> dict[str, Any]:
    figures, years = series.figures, series.figures.years
    annex = Annex.model_construct(kind=kind, number="", title=kind.name, years=years, file_name="")
    flags = year_flags(annex, figures, publication.facts.as_of)
    return {
        "years": list(years),
        "provisional": sorted(flags.provisional),
        "unfinished": list(unpaid(publication, kind, years, {})),
        "warnings": warnings(publication, kind, years, {}),
        "breaks": {str(year): text for year, text in flags.breaks.items()},
        "closing": flags.correction_period.text,
        "unallocated": any(item.nis_code == UNASSIGNED for item in figures.municipalities),
        "measures": [_described(name, indicator) for name, indicator in series.indicators],
        "cells": {
            place: [
                _late([_value(figure, hidden, indicator.measure.format) for figure in row[at : at + len(years)]])
                for at, (_, indicator) in zip(range(0, len(row), len(years)), series.indicators, strict=True)
            ]
            for place, row in series.rows.items()
        },
    }


def _indicators(figures: Figures) -> Iterator[tuple[str, Indicator]]:
    """The measures with a short name: the category that they count, or else the column of the mart. Without those that
    mean nothing for several municipalities together."""
    for table in figures.tables:
        for indicator in table.indicators:
            _, measure, category = indicator.signature
            if indicator.measure.in_totals:
                yield (category if measure == "trajectories" else measure), indicator


def _described(name: str, indicator: Indicator) -> dict[str, Any]:
    shape = indicator.measure.format
    return {"id": name, "label": indicator.label, "decimals": 2 if shape.name == "EURO" else shape.value[1] or 0}


def _late(values: list[Value]) -> list[Value]:
    """Without the years before the first that is shown: most places have most measures for the last year alone."""
    return list(dropwhile(lambda value: value is None, values))


def _value(figure: Figure | None, hidden: Hidden | None, shape: Format) -> Value:
    if figure is None:
        return None
    value = displayed(figure, hidden, shape)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return _SIGNS[value] if isinstance(value, str) else value
