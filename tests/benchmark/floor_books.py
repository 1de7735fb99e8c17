"""The nine workbooks as a script would make them: a cover, the wide tables, Flanders with its charts, the tidy data.

Each of these tables has the same values in the same places as the table of that sheet in the project's annexes; the
other sheets of those (provinces, centre cities, rankings, reconciliation, provenance), the two editions and the CSV
packages are the project's extra, and count as its cost.

Shared with the project, because a script would hold the same Dutch text in longer constants and it costs next to
nothing: the question files and the texts of the annex kinds (`exports.annexes`: sheet names, labels). Its own: all
figures (`floor_figures`), the layout of the tables, and all of the writing (`floor_sheets`).

It writes as openpyxl's manual says, which takes more than half of the script's CPU seconds. The project joins the XML
of the rows itself (`exports.xlsx.cells`), which is cheaper; a script that did so too would be a lower floor.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import Workbook

from exports.figures.plan import Categories, Measure
from exports.figures.reading import Municipality
from exports.figures.rules import Cell, PrefixSum
from exports.questions.question import Annex, Question, load_questions
from exports.xlsx.document import SHORTHAND, Format
from tests.benchmark.floor_figures import Figures, Stand, figures, read_stand, tidy
from tests.benchmark.floor_sheets import Chart, Column, Sheet, write_sheet

_PLACE = (Column("NIS-code", width=10), Column("Gemeente", width=26), Column("Provincie", width=18))


@dataclass(frozen=True)
class Line:
    """A row of text above a table."""

    cells: tuple[str, ...]
    style: str = ""
    link: str = ""


@dataclass(frozen=True)
class Tidy:
    mart: Any
    fields: list[Any]


def write_books(con: duckdb.DuckDBPyConnection, out: Path, as_of: dt.date) -> None:
    """Writes `<question>/<file>` for every annex of every question."""
    stand = read_stand(con, as_of)
    for question in load_questions().values():
        (out / question.id).mkdir(exist_ok=True)
        for annex in question.annexes:
            book = Workbook(write_only=True)
            book.properties.title = f"Bijlage {annex.number}. {annex.title}"
            for sheet in _sheets(con, stand, question, annex):
                write_sheet(book, sheet)
            book.save(out / question.id / annex.file_name)


def _sheets(con: duckdb.DuckDBPyConnection, stand: Stand, question: Question, annex: Annex) -> list[Sheet]:
    kind, years = annex.kind, annex.years
    basis = annex.options.get("basis") or next(iter(kind.options.values()), ("",))[0]
    found = figures(con, kind.key, years, basis)
    plans = [(plan, _measures(stand, plan, found)) for plan in kind.tables]
    listed = [Tidy(mart, _fields(mart)) for mart in kind.marts]
    municipalities = stand.municipalities
    if any(nis_code == "99999" for nis_code, _ in found):
        municipalities += (Municipality("99999", "Niet toewijsbaar", "Niet toewijsbaar", False),)
    head = _head(stand, annex, basis)
    return [
        _cover(stand, question, annex),
        *(_wide(municipalities, years, plan, measures, found, head) for plan, measures in plans),
        _totals(annex, plans, found, head),
        *(_tidy(con, stand, annex, item, basis) for item in listed),
    ]


def _cover(stand: Stand, question: Question, annex: Annex) -> Sheet:
    lines = [
        Line((f"Bijlage {annex.number}. {annex.title}",), "title"),
        Line((question.title,)),
        Line((f"Stand op {stand.facts.as_of:%d/%m/%Y}",)),
        *(Line(text) for text in annex.kind.definitions),
    ]
    return Sheet("Voorblad", lines, widths=(30, 90))


def _measures(stand: Stand, plan: Any, found: Figures) -> list[Measure]:
    """The columns of a wide table per year; `unknown` comes last, where asked for only when it occurs."""
    measures: list[Measure] = []
    for item in plan.columns:
        if not isinstance(item, Categories):
            measures.append(item)
            continue
        labels = sorted(stand.labels[item.label_set], key=lambda label: label[0] == "unknown")
        if not any(code == "unknown" for code, _ in labels):
            labels.append(("unknown", "Onbekend"))
        for code, text in labels:
            cell = item.prefix + code
            if code != "unknown" or item.unknown == "always" or any(cell in cells for cells in found.values()):
                measures.append(Measure(item.before + text, Cell(cell)))
    return measures


def _value(measure: Measure, found: Figures, nis_code: str, year: int) -> Any:
    cells = found.get((nis_code, year))
    if cells is None:
        return measure.absent
    rule = measure.rule
    value = cells.get(
        rule.key if isinstance(rule, Cell) else rule.prefix if isinstance(rule, PrefixSum) else "share", 0
    )
    return measure.undefined if value is None else measure.format.rounded(value)


def _column(header: str, measure: Measure, width: float, group: int = -1) -> Column:
    wide = max(width, 1.15 * max(map(len, header.split())) + 1)
    return Column(header, measure.format.code, wide, group, isinstance(measure.rule, PrefixSum))


def _head(stand: Stand, annex: Annex, basis: str) -> Any:
    """Gives the lines above a table, from its heading and its rows."""
    fields = [f for mart in annex.kind.marts for f in mart.fields if f.column == "basis"]
    chosen = [f"Basis: {dict(stand.labels[f.label_set or ''])[basis]}" for f in fields]

    def head(heading: str, rows: Sequence[Sequence[Any]]) -> list[Line]:
        values = {value for row in rows for value in row if isinstance(value, str)}
        return [
            Line((f"Bijlage {annex.number}. {annex.title}",), "title"),
            Line((f"{'. '.join([heading.capitalize(), *chosen, f'Eenheid: {annex.kind.unit}'])}.",)),
            Line((f"Stand op {stand.facts.as_of:%d/%m/%Y}.",)),
            *(Line((text,), "small") for sign, text in SHORTHAND.items() if sign in values),
            Line(()),
        ]

    return head


def _wide(municipalities: Any, years: Any, plan: Any, measures: list[Measure], found: Figures, head: Any) -> Sheet:
    columns = [*_PLACE]
    for group, year in enumerate(years):
        columns += [_column(f"{year}: {m.label}", m, 11.5, group) for m in measures]
    rows = [
        [m.nis_code, m.municipality, m.province]
        + [_value(measure, found, m.nis_code, year) for year in years for measure in measures]
        for m in municipalities
    ]
    return Sheet(plan.sheet, head(plan.heading, rows), _name("Gemeenten", plan.sheet), columns, rows, 2)


def _totals(annex: Annex, plans: Any, found: Figures, head: Any) -> Sheet:
    """Flanders: a row per measure and a column per year."""
    years, kind = annex.years, annex.kind
    used = [(plan.sheet, m) for plan, measures in plans for m in measures if m.in_totals]
    columns = [Column(kind.year_header, width=52), *(Column(str(year), Format.INTEGER.code) for year in years)]
    rows: list[list[Any]] = [
        [m.label[0].upper() + m.label[1:], *(_value(m, found, "", year) for year in years)] for _, m in used
    ]
    charts = []
    for plan in kind.charts:
        places = [
            place
            for place, (sheet, m) in enumerate(used)
            if sheet == plan.sheet and (not plan.measures or m.label in plan.measures) and m.label not in plan.without
        ]
        by_row = plan.series != "years"
        charts.append(Chart(plan.kind, plan.title, plan.y_title, by_row, places, 0, 1))
    lines = head("totalen voor Vlaanderen", rows)
    return Sheet("Vlaanderen", lines, "Totalen", columns, rows, 1, charts=charts)


def _fields(mart: Any) -> list[Any]:
    """The columns of a tidy sheet: a code is followed by its label."""
    fields = []
    for item in mart.fields:
        fields.append(
            item if not item.label_set else type(item)(item.column, item.header, item.description, Format.TEXT)
        )
        if item.label_set:
            header = item.header.removesuffix(" (code)")
            fields.append(type(item)("", header, f"label bij {item.column}", Format.TEXT))
    return fields


def _tidy(con: duckdb.DuckDBPyConnection, stand: Stand, annex: Annex, item: Tidy, basis: str) -> Sheet:
    columns = [Column(annex.kind.year_header, Format.YEAR.code, 11), *_PLACE, Column("Centrumstad", width=12)]
    columns += [Column(f.header, f.format.code, 14 if f.column else 34) for f in item.fields]
    signs = [None] * 5 + [f.missing for f in item.fields]
    rows = [
        [sign if value is None else value for value, sign in zip(row, signs, strict=True)]
        for row in tidy(con, item.mart, annex.years, basis)
    ]
    lines = [Line((f"Gegevens ({item.mart.name})",), "title"), Line(())]
    return Sheet(item.mart.sheet, lines, _name(*item.mart.sheet.split()), columns, rows, 3)


def _name(*words: str) -> str:
    """A name for an Excel table: plain letters and digits."""
    return unicodedata.normalize("NFKD", "_".join(words)).encode("ascii", "ignore").decode().replace(" ", "_")
