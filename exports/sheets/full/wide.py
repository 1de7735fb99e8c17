"""The wide tables of the full edition: a row per gemeente, a block of columns per year, all figures."""

from collections.abc import Sequence

from exports.figures.identity import GEMEENTE, Entry
from exports.figures.reading import Municipality
from exports.figures.rules import PrefixSum
from exports.figures.views import View
from exports.sheets.context import Context
from exports.sheets.head import head
from exports.wording import plain_name
from exports.xlsx.document import Format, Sheet, SheetColumn, Table

WIDTHS = {Format.EURO: 16, Format.ONE_DECIMAL: 13, Format.TWO_DECIMALS: 13, Format.SIX_DECIMALS: 16, Format.TEXT: 22}
NIS = SheetColumn("NIS-code", width=10, about="NIS-code van de gemeente, tekst van 5 cijfers")
MUNICIPALITY = SheetColumn("Gemeente", width=26, about="naam; koppel op de NIS-code, want namen kunnen terugkeren")
PROVINCE = SheetColumn("Provincie", width=18, about="provincie van de gemeente")


def wide_sheets(context: Context) -> list[Sheet]:
    """A sheet for each view of the gemeenten, with every gemeente of the geography, zeros included."""
    return [_sheet(context, view) for view in context.views(GEMEENTE)]


def _sheet(context: Context, view: View) -> Sheet:
    plan = view.table.plan
    several = len(context.figures.tables) > 1
    heading = f"{context.kind.name}, per gemeente" + (f": {plan.heading}" if several else "")
    table = _table(context, plain_name("Breed", plan.sheet), context.figures.municipalities, view)
    about = f"alle cijfers per gemeente naast elkaar: {plan.heading}"
    return Sheet(plan.sheet, head(context, heading), table, frozen_columns=2, about=about, data=False)


def _table(context: Context, name: str, places: Sequence[Municipality], view: View) -> Table:
    shown = [(period.key, indicator) for period in view.periods for indicator in view.indicators]
    columns = [NIS, MUNICIPALITY, PROVINCE]
    for key, indicator in shown:
        measure = indicator.measure
        header = f"{context.flags.label(key)}: {measure.header}{context.references(indicator.label)}"
        width = wide_enough(header, measure.format, 11.5)
        columns.append(SheetColumn(header, measure.format, width, year=key, bold=isinstance(measure.rule, PrefixSum)))
    figure = context.figures.figure
    rows: list[tuple[Entry, ...]] = [
        (
            *(place.nis_code, place.municipality, place.province),
            *(figure(indicator, GEMEENTE, place.nis_code, key) for key, indicator in shown),
        )
        for place in places
    ]
    return Table(name, tuple(columns), rows)


def wide_enough(header: str, kind: Format, least: float) -> float:
    """A width for the figures of a column and for the longest word of its header."""
    return max(least, WIDTHS.get(kind, 0), 1.15 * max(len(piece) for piece in header.split()) + 1)
