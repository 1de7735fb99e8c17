"""The gegevensbladen: the rows of the marts themselves."""

from __future__ import annotations

from exports.figures.identity import Entry, Figure
from exports.figures.tidy import Tidy
from exports.sheets.context import FIELDS, Context
from exports.sheets.head import short_head
from exports.sheets.wide import NIS, PROVINCE, municipality_column, wide_enough
from exports.sheets.wording import plain_name
from exports.xlsx.document import Format, Sheet, SheetColumn, Table


def data_sheet(context: Context, tidy: Tidy) -> Sheet:
    columns = (
        SheetColumn(context.kind.year_header, Format.YEAR, 11),
        SheetColumn("Status van het jaar", width=22),
        NIS,
        municipality_column(),
        PROVINCE,
        SheetColumn("Centrumstad", width=13),
        *(
            SheetColumn(
                item.header,
                item.format,
                34 if not item.column else wide_enough(item.header, item.format, 14),
                about=item.description,
            )
            for item in tidy.columns
        ),
    )
    status = {year: context.marks.status(year) for year in context.years}
    known = {key: row for key, row in tidy.rows.items() if not _withheld(context, row)}
    rows: list[tuple[Entry, ...]] = [(year, status[year], *row[1:]) for (year, _, _), row in known.items()]
    texts = [f"Eén rij per combinatie die voorkomt; betekenis van de kolommen: zie het blad {FIELDS}."]
    if len(known) < len(tidy.rows):
        texts.append("Combinaties waarvan ook een 0 verborgen is, staan er niet in: zie het blad Herkomst.")
    elif not rows:
        texts.append("Geen rijen voor deze jaren: er is niets geteld.")
    lines = short_head(context, f"Gegevens ({tidy.mart.name})", *texts)
    body = Table(plain_name(*tidy.mart.sheet.split()), columns, rows)
    about = f"rijen van het datawarehouse ({tidy.mart.name}), om zelf mee te rekenen"
    return Sheet(tidy.mart.sheet, tuple(lines), body, frozen_columns=4, about=about)


def _withheld(context: Context, row: tuple[Entry, ...]) -> bool:
    """Whether that there is such a row would tell of a figure that it isn't 0."""
    withheld = context.withheld
    return withheld is not None and any(withheld(cell.id) for cell in row if isinstance(cell, Figure))
