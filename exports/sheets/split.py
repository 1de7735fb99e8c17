"""Why the activation ratio of a place is not that of Flanders, or of the year before: its parts in numbers."""

from dataclasses import replace

from exports.figures.identity import GEMEENTE, PROVINCIE, Entry
from exports.figures.split import BASIS, MEASURES, RATIO_MART, RatioSplit
from exports.sheets.context import Context
from exports.sheets.head import head
from exports.sheets.tables import wide_enough
from exports.statements.legends import PARTS_ROUNDED
from exports.wording import capital
from exports.xlsx.document import Format, Sheet, SheetColumn, Table

SPLIT = "Verklaring ratio"
_RULE = (
    "De ratio is de instroom (opgestarte trajecten per 100 leefloners) maal de tijd in TWE (12 x cliënten in TWE / "
    "opgestarte trajecten, in maanden), gedeeld door 12. Elk verschil is zo in delen gesplitst dat ze er samen precies "
    f"aan gelijk zijn; {PARTS_ROUNDED}."
)
_START = (
    "Wie in TWE is, kan in een vroeger jaar gestart zijn: in een jaar met meer instroom dan ervoor is de tijd per "
    "opgestart traject lager dan trajecten werkelijk duren. In het opstartjaar 2017 begonnen alle trajecten pas."
)


def split_sheets(context: Context) -> list[Sheet]:
    """One sheet, for Flanders, the provinces and the centrumsteden; none for annexes without a ratio of the year."""
    annex = context.annex
    if context.figures.signatures.basis.get(RATIO_MART) != BASIS:
        return []
    names = {item.nis_code: item.municipality for item in context.figures.municipalities}
    columns = [
        SheetColumn("Niveau", width=14),
        SheetColumn("Gebied", width=24),
        replace(SheetColumn(context.kind.year_header, Format.YEAR, 9), about="jaar waarover het cijfer gaat"),
        *(
            SheetColumn(
                _header(measure.name, measure.header),
                Format.ONE_DECIMAL,
                wide_enough(measure.header, Format.ONE_DECIMAL, 13),
                about=f"{measure.header}: {measure.about}",
            )
            for measure in MEASURES
        ),
    ]
    rows: list[tuple[Entry, ...]] = []
    for row in RatioSplit(context.publication, context.figures).rows(annex.levels):
        level = "centrumstad" if row.level == GEMEENTE else row.level
        name = names[row.place] if row.level == GEMEENTE else row.place if row.level == PROVINCIE else "Vlaanderen"
        rows.append((capital(level), name, row.year, *(row.figures[measure.name] for measure in MEASURES)))
    lines = head(context, "Waarom de ratio verschilt", 0, _RULE, _START, totals=True)
    about = "waarom de ratio verschilt: instroom, tijd in TWE en aantal leefloners"
    return [Sheet(SPLIT, lines, Table("Verklaring_ratio", tuple(columns), rows), frozen_columns=3, about=about)]


def _header(name: str, header: str) -> str:
    """The header, which says of a part what it is a part of."""
    if name.startswith("difference_by"):
        return f"Verschil {header}"
    return f"Wijziging {header}" if name.startswith("change_by") else capital(header)
