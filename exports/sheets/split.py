"""Why the activation ratio of a place is not that of Flanders, or of the year before: its parts in numbers."""

from collections.abc import Sequence
from dataclasses import replace

from exports.figures.identity import GEMEENTE, PROVINCIE, VLAANDEREN, Entry
from exports.figures.split import BASIS, MEASURES, RATIO_MART, RatioSplit, SplitMeasure, SplitRow
from exports.sheets.context import Context
from exports.sheets.head import head
from exports.statements.legends import PARTS_ROUNDED
from exports.wording import capital, plain_name
from exports.xlsx.document import Format, Sheet, SheetColumn, Table, TableBlock

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


_AGAINST_FLANDERS = (
    "ratio_pct",
    "inflow_per_100",
    "months_in_twe",
    "difference_flanders_pp",
    "difference_by_inflow_pp",
    "difference_by_months_pp",
)


def split_sheets(context: Context) -> list[Sheet]:
    """One sheet, for Flanders, the provinces and the centrumsteden; none for annexes without a ratio of the year."""
    if context.figures.signatures.basis.get(RATIO_MART) != BASIS:
        return []
    flanders = [measure for measure in MEASURES if measure.name in _AGAINST_FLANDERS]
    before = [MEASURES[0], *(measure for measure in MEASURES if measure.name not in _AGAINST_FLANDERS)]
    found = list(RatioSplit(context.publication, context.figures).rows(context.annex.levels))
    blocks = (
        replace(_block(context, "Tegenover Vlaanderen", flanders, found), below=(_RULE,)),
        replace(_block(context, "Tegenover het vorige jaar", before, found), below=(_START,)),
    )
    lines = head(context, "Waarom de ratio verschilt", blocks, totals=True)
    about = "waarom de ratio verschilt: instroom, tijd in TWE en aantal leefloners"
    return [Sheet(SPLIT, lines, blocks=blocks, about=about)]


def _block(context: Context, title: str, measures: Sequence[SplitMeasure], found: Sequence[SplitRow]) -> TableBlock:
    names = {item.nis_code: item.municipality for item in context.figures.municipalities}
    columns = [
        SheetColumn("Gebied", width=22),
        replace(SheetColumn(context.kind.year_header, Format.YEAR, 8), about="jaar waarover het cijfer gaat"),
        *(
            SheetColumn(_header(each.name, each.header), Format.ONE_DECIMAL, 13.5, about=f"{each.header}: {each.about}")
            for each in measures
        ),
    ]
    rows: list[tuple[Entry, ...]] = []
    for row in found:
        named = {GEMEENTE: names.get(row.place, ""), PROVINCIE: f"Provincie {row.place}", VLAANDEREN: "Vlaanderen"}
        rows.append((named[row.level], row.year, *(row.figures[measure.name] for measure in measures)))
    return TableBlock(title, Table(plain_name("Verklaring", title), tuple(columns), rows))


def _header(name: str, header: str) -> str:
    """The header, which says of a part what it is a part of."""
    if name.startswith("difference_by"):
        return f"Verschil {header}"
    return f"Wijziging {header}" if name.startswith("change_by") else capital(header)
