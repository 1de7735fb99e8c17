"""The table sheets of an annex (wide, Flanders, tidy) and the whole workbook as a Document."""

from __future__ import annotations

from collections.abc import Sequence

from exports.annexes.model import ChartPlan, Measure
from exports.annexes.rules import Sum
from exports.document import Chart, Column, Document, Format, Line, Series, Sheet, Table, Value
from exports.figures import Figures, Tidy, WideFigures
from exports.pages import FIELDS, NOTES, PROVENANCE, banner, cover, fields, notes, provenance
from exports.questions import Annex, Question
from exports.reading import Publication
from exports.wording import geography, long_date, period, shorthand_lines, unfinished

TOTALS = "Vlaanderen"
_WIDTHS = {Format.EURO: 16, Format.ONE_DECIMAL: 13, Format.TWO_DECIMALS: 13, Format.SIX_DECIMALS: 16, Format.TEXT: 22}
_PLACE = (Column("NIS-code", width=10), Column("Gemeente", width=26), Column("Provincie", width=18))


def document(publication: Publication, question: Question, annex: Annex, figures: Figures) -> Document:
    """The annex as a document, sheet by sheet in reading order."""
    wide = [_wide(publication, question, annex, figures, table) for table in figures.tables]
    totals = _totals(publication, question, annex, figures)
    tidy = [_tidy(publication, annex, item) for item in figures.tidy]
    contents = [(NOTES, "nota's, definities en wat niet beschikbaar is")]
    contents += [(table.plan.sheet, f"tabel per gemeente: {table.plan.heading}") for table in figures.tables]
    contents.append((TOTALS, "totalen voor Vlaanderen, met grafiek"))
    contents += [(item.mart.sheet, f"rijen van het datawarehouse ({item.mart.name})") for item in figures.tidy]
    contents += [(FIELDS, "betekenis van de kolommen van de gegevensbladen")]
    contents += [(PROVENANCE, "stand, versies en gebruikte leveringen")]
    sheets = (
        cover(publication, question, annex, figures.years, contents),
        notes(publication, question, annex, figures),
        *wide,
        totals,
        *tidy,
        fields(publication, annex, figures),
        provenance(publication, question, annex),
    )
    return Document(f"Bijlage {annex.number}. {annex.title}", question.title, publication.facts.as_of, sheets)


def _options(publication: Publication, annex: Annex) -> list[str]:
    """The chosen option of each mart in words, e.g. "Basis: jaar van de prestatiemaand"."""
    texts = []
    for mart in annex.kind.marts:
        for name, values in mart.options.items():
            code = annex.options.get(name, values[0])
            field = next(item for item in mart.fields if item.column == name)
            labels = {label.code: label.text for label in publication.labels(field.label_set or name)}
            texts.append(f"{field.header.removesuffix(' (code)')}: {labels.get(code, code)}")
    return texts


def _head(
    publication: Publication, question: Question, annex: Annex, figures: Figures, heading: str, place: str
) -> list[Line]:
    """Title, subtitle and warnings above a table."""
    missing = [item.what for item in question.unavailable(annex)]
    about = [
        f"{heading[0].upper()}{heading[1:]}, {annex.kind.year_header.lower()} {period(figures.years)}",
        *_options(publication, annex),
        f"Eenheid: {annex.kind.unit}",
    ]
    gaps = f"Niet beschikbaar: {'; '.join(missing)}. " if missing else ""
    return [
        Line((f"Bijlage {annex.number}. {annex.title}",), "title"),
        *banner(publication),
        Line((f"{'. '.join(about)}.",), "subtitle"),
        Line((f"Stand op {long_date(publication.facts.as_of)}; {place}.",), "subtitle"),
        *(Line((text,), "small") for text in unfinished(figures.years, publication.facts.as_of)),
        Line((f"{gaps}Zie nota's en definities op het blad {NOTES}.",), "small"),
    ]


def _table_name(*pieces: str) -> str:
    """A table name out of words: letters and digits only, accents kept out."""
    plain = {"ë": "e", "é": "e", "è": "e", "ï": "i"}
    text = "_".join(pieces)
    return "".join(plain.get(char, char) if char.isascii() or char in plain else "" for char in text).replace(" ", "_")


def _wide(publication: Publication, question: Question, annex: Annex, figures: Figures, table: WideFigures) -> Sheet:
    columns = list(_PLACE)
    for group, year in enumerate(figures.years):
        columns += [_column(f"{year}: {measure.label}", measure, 11.5, group) for measure in table.measures]
    rows: list[tuple[Value, ...]] = []
    for place in figures.municipalities:
        values = [figures.cell(measure, place.nis_code, year) for year in figures.years for measure in table.measures]
        rows.append((place.nis_code, place.municipality, place.province, *values))
    body = Table(_table_name("Gemeenten", table.plan.sheet), tuple(columns), rows)
    head = _head(publication, question, annex, figures, table.plan.heading, geography(publication))
    lines = (*head, *shorthand_lines(body), Line(()))
    return Sheet(table.plan.sheet, lines, body, frozen_columns=2)


def _column(header: str, measure: Measure, width: float, group: int = -1) -> Column:
    """A column for a measure, wide enough for its figures and for the longest word of its header."""
    word = max(len(piece) for piece in header.split())
    wide = max(width, _WIDTHS.get(measure.format, 0), 1.15 * word + 1)
    return Column(header, measure.format, wide, group, bold=isinstance(measure.rule, Sum))


def _in_totals(table: WideFigures) -> list[Measure]:
    return [measure for measure in table.measures if measure.in_totals]


def _totals(publication: Publication, question: Question, annex: Annex, figures: Figures) -> Sheet:
    by_year = annex.kind.totals == "by_year"
    body, places = (_totals_by_year if by_year else _totals_by_measure)(annex, figures)
    charts = []
    for plan in annex.kind.charts:
        labels = [
            label
            for label in places[plan.sheet]
            if (not plan.measures or label in plan.measures) and label not in plan.without
        ]
        charts.append(_chart(plan, [places[plan.sheet][label] for label in labels], figures.years, by_year, annex))
    head = _head(publication, question, annex, figures, "totalen voor Vlaanderen", geography(publication))
    lines = (*head, Line((annex.kind.totals_note,), "small"), *shorthand_lines(body), Line(()))
    return Sheet(TOTALS, lines, body, tuple(charts), frozen_columns=1)


Places = dict[str, dict[str, int]]
"""sheet -> label of a measure -> its position in the totals table (row or column, from 0)."""


def _totals_by_year(annex: Annex, figures: Figures) -> tuple[Table, Places]:
    """A row per year: for measures with different units."""
    columns = [Column(annex.kind.year_header, Format.YEAR, 12)]
    places: Places = {}
    used: list[Measure] = []
    for table in figures.tables:
        for measure in _in_totals(table):
            places.setdefault(table.plan.sheet, {})[measure.label] = len(columns)
            header = measure.label[0].upper() + measure.label[1:]
            columns.append(_column(header, measure, 14))
            used.append(measure)
    rows = [(year, *(figures.total(measure, year) for measure in used)) for year in figures.years]
    return Table("Totalen", tuple(columns), rows), places


def _totals_by_measure(annex: Annex, figures: Figures) -> tuple[Table, Places]:
    """A row per measure, a column per year: for counts by category."""
    several = len(figures.tables) > 1
    columns = [Column("Kenmerk", width=24)] if several else []
    columns.append(Column("Categorie", width=44))
    columns += [Column(str(year), Format.INTEGER, 11) for year in figures.years]
    places: Places = {}
    rows: list[tuple[Value, ...]] = []
    for table in figures.tables:
        for measure in _in_totals(table):
            places.setdefault(table.plan.sheet, {})[measure.label] = len(rows)
            label = measure.label[0].upper() + measure.label[1:]
            values = (figures.total(measure, year) for year in figures.years)
            rows.append((*([table.plan.sheet] if several else []), label, *values))
    return Table("Totalen", tuple(columns), rows), places


def _chart(plan: ChartPlan, at: Sequence[int], years: Sequence[int], by_year: bool, annex: Annex) -> Chart:
    """Positions of the chart's series in the totals table, for either layout of it."""
    series = []
    if by_year:
        years_cells = ((0, 0), (len(years) - 1, 0))
        series = [Series((-1, col), ((0, col), (len(years) - 1, col)), years_cells) for col in at]
        x_title = annex.kind.year_header
    else:
        label = 1 if len(annex.kind.tables) > 1 else 0
        first = label + 1
        last = label + len(years)
        if plan.series == "years":
            series = [
                Series((-1, col), ((at[0], col), (at[-1], col)), ((at[0], label), (at[-1], label)))
                for col in range(first, last + 1)
            ]
            x_title = ""
        else:
            series = [Series((row, label), ((row, first), (row, last)), ((-1, first), (-1, last))) for row in at]
            x_title = annex.kind.year_header
    return Chart(plan.kind, plan.title, x_title, plan.y_title, tuple(series))


def _tidy(publication: Publication, annex: Annex, tidy: Tidy) -> Sheet:
    columns = (
        Column(annex.kind.year_header, Format.YEAR, 11),
        *_PLACE,
        Column("Centrumstad", width=12),
        *(
            Column(item.header, item.format, 34 if not item.column else _WIDTHS.get(item.format, 14))
            for item in tidy.fields
        ),
    )
    lines = [
        Line((f"Gegevens ({tidy.mart.name})",), "title"),
        *banner(publication),
        Line((f"Eén rij per combinatie die voorkomt; betekenis van de kolommen: zie het blad {FIELDS}.",), "small"),
    ]
    if not tidy.rows:
        lines.append(Line(("Geen rijen voor deze jaren: er is niets geteld.",), "small"))
    return Sheet(
        tidy.mart.sheet, (*lines, Line(())), Table(_table_name(*tidy.mart.sheet.split()), columns, tidy.rows),
        frozen_columns=3,
    )  # fmt: skip
