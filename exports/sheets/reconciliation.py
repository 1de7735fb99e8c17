"""Aansluiting: the totals that were compared, and that they agree."""

from __future__ import annotations

from exports.figures.identity import Entry
from exports.figures.reconciliation import agreements
from exports.sheets.context import RECONCILIATION, Context
from exports.sheets.head import short_head
from exports.sheets.wording import capital
from exports.xlsx.document import Column, Format, Sheet, Table


def reconciliation_sheet(context: Context) -> Sheet:
    made = agreements(
        context.publication, context.figures, context.kind.headline, context.kind.links, context.facts.as_of
    )
    whole = all(isinstance(item.first.value, int) and isinstance(item.second.value, int) for item in made)
    numbers = Format.INTEGER if whole else Format.TWO_DECIMALS
    columns = (
        Column("Controle", width=78),
        Column("Niveau", width=12),
        Column("Gebied", width=20),
        Column(context.kind.year_header, Format.YEAR, 11),
        Column("Eenheid", width=16),
        Column("Eerste telling", numbers, 18),
        Column("Tweede telling", numbers, 18),
        Column("Verschil", numbers, 12),
        Column("Besluit", width=34),
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
