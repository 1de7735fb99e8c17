"""Aansluiting: the totals that were compared, and that they agree."""

from __future__ import annotations

from exports.figures.identity import Entry
from exports.figures.reconciliation import agreements
from exports.sheets.context import RECONCILIATION, Context
from exports.sheets.head import short_head
from exports.sheets.wording import capital
from exports.xlsx.document import Format, Sheet, SheetColumn, Table


def reconciliation_sheet(context: Context) -> Sheet:
    made = agreements(
        context.publication, context.figures, context.kind.headline, context.kind.links, context.facts.as_of
    )
    whole = all(isinstance(item.first.value, int) and isinstance(item.second.value, int) for item in made)
    numbers = Format.INTEGER if whole else Format.TWO_DECIMALS
    columns = (
        SheetColumn("Controle", width=78),
        SheetColumn("Niveau", width=12),
        SheetColumn("Gebied", width=20),
        SheetColumn(context.kind.year_header, Format.YEAR, 11),
        SheetColumn("Eenheid", width=16),
        SheetColumn("Eerste telling", numbers, 18),
        SheetColumn("Tweede telling", numbers, 18),
        SheetColumn("Verschil", numbers, 12),
        SheetColumn("Besluit", width=34),
    )
    rows: list[tuple[Entry, ...]] = [
        (
            item.text,
            capital(item.level),
            item.place,
            item.year,
            item.unit,
            item.first,
            item.second,
            item.difference,
            "hoogstens gelijk: het jaar loopt nog" if item.at_most else "sluit aan",
        )
        for item in made
    ]
    lines = short_head(
        context,
        "Aansluiting van de totalen",
        "De totalen sluiten aan tussen gemeenten, provincies en Vlaanderen, en tussen bijlagen over dezelfde "
        "trajecten. Elke vergelijking is ook per gemeente gemaakt.",
        "Een bijlage waarvan de totalen niet aansluiten, wordt niet gemaakt.",
    )
    about = "controle: totalen sluiten aan tussen niveaus en bijlagen"
    return Sheet(RECONCILIATION, tuple(lines), Table("Aansluiting", columns, rows), frozen_columns=1, about=about)
