"""Why the activation ratio of a place is not that of Flanders, or of the year before: its parts in numbers."""

from collections.abc import Sequence
from dataclasses import replace

from exports.figures.identity import CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN, Entry
from exports.figures.plan import FIRST_YEAR
from exports.figures.split import MEASURES, SplitMeasure, SplitRow
from exports.sheets.context import CITIES, TOTALS, Context
from exports.statements.legends import PARTS_ROUNDED
from exports.wording import capital, listed
from exports.xlsx.document import NOT_APPLICABLE, Format, Sheet, SheetColumn, Table, TableBlock

FLANDERS = "Waarom de ratio verschilt van die van Vlaanderen"
BEFORE = "Waarom de ratio verschilt van die van het jaar ervoor"
_RULE = (
    "De ratio is de instroom (opgestarte trajecten per 100 leefloners) maal de tijd in TWE (12 x cliënten in TWE / "
    "opgestarte trajecten, in maanden), gedeeld door 12. Elk verschil is zo in delen gesplitst dat ze er samen precies "
    f"aan gelijk zijn; {PARTS_ROUNDED}."
)
_START = (
    "Wie in TWE is, kan in een vroeger jaar gestart zijn: in een jaar met meer instroom dan ervoor is de tijd per "
    "opgestart traject lager dan trajecten werkelijk duren. In het opstartjaar 2017 begonnen alle trajecten pas."
)
APART = "Verklaring ratio"
"""The name of the table of all blocks in the machine-readable copy; they aren't on Gegevens."""
Named = Sequence[tuple[str, SplitRow]]
"""Rows of the split, each with the name of its place."""
_UPTO = next(at for at, measure in enumerate(MEASURES) if measure.name == "ratio_change_pp")


def split_blocks(context: Context) -> list[TableBlock]:
    """Two blocks, for Flanders, the provinces and the centrumsteden; none for annexes without a ratio of the year."""
    rows = _named(context)
    compared = [(name, row) for name, row in rows if row.year > FIRST_YEAR]
    blocks = ((FLANDERS, rows, MEASURES[:_UPTO]), (BEFORE, compared, MEASURES[_UPTO:]))
    return [_block(context, *block) for block in blocks if block[1]]


def split_sheet(context: Context) -> str:
    """The sheet that the blocks stand on; nothing where there are none."""
    levels = context.annex.levels if context.ratio_split else ()
    if CENTRUMSTAD in levels and context.figures.centre_cities:
        return CITIES
    return TOTALS if VLAANDEREN in levels else ""


def split_about(context: Context) -> str:
    """What the blocks tell, and of which places."""
    levels = {row.level for row in context.ratio_split}
    names = {VLAANDEREN: "Vlaanderen", PROVINCIE: "de provincies", GEMEENTE: "de centrumsteden"}
    return f"waarom de ratio verschilt, voor {listed([name for level, name in names.items() if level in levels])}"


def split_table(context: Context) -> list[Sheet]:
    """The same as one table, a row per place and year, for the machine-readable copy."""
    if not (named := _named(context)):
        return []
    columns = (
        SheetColumn("Gebied", about="Vlaanderen, provincie of centrumstad"),
        SheetColumn(context.kind.year_header, Format.YEAR, about="jaar waarover het cijfer gaat"),
        *(SheetColumn(_whole(of), Format.ONE_DECIMAL, about=f"{of.header}: {of.about}") for of in MEASURES),
    )
    first = (NOT_APPLICABLE,) * len(MEASURES[_UPTO:])  # the sheets have no changes of the first year
    rows: list[tuple[Entry, ...]] = []
    for name, row in named:
        figures = [row.figures[of.name] for of in MEASURES]
        rows.append((name, row.year, *(figures if row.year > FIRST_YEAR else (*figures[:_UPTO], *first))))
    about = "waarom de ratio verschilt: instroom, tijd in TWE en aantal leefloners"
    return [Sheet(APART, (), Table("Verklaring_ratio", columns, rows), about=about)]


def _whole(measure: SplitMeasure) -> str:
    """The header, with what it is a part of."""
    if measure.name.startswith("difference_by"):
        return f"Verschil {measure.header}"
    return f"Wijziging {measure.header}" if measure.name.startswith("change_by") else capital(measure.header)


def _named(context: Context) -> Named:
    names = {item.nis_code: item.municipality for item in context.figures.municipalities}
    return [
        (f"Provincie {row.place}" if row.level == PROVINCIE else names.get(row.place, "Vlaanderen"), row)
        for row in context.ratio_split
    ]


def _block(context: Context, title: str, rows: Named, measures: tuple[SplitMeasure, ...]) -> TableBlock:
    year = replace(SheetColumn(context.kind.year_header, Format.YEAR, 7), about="jaar waarover het cijfer gaat")
    columns = (
        SheetColumn("Gebied", width=25),
        year,
        *(SheetColumn(capital(of.header), Format.ONE_DECIMAL, 13, about=f"{of.header}: {of.about}") for of in measures),
    )
    cells: list[tuple[Entry, ...]] = [
        (name, row.year, *(row.figures[of.name] for of in measures))
        for name, row in rows
        if any(of.of_flanders or row.level != VLAANDEREN for of in measures)
    ]
    name = "Verklaring_Vlaanderen" if title == FLANDERS else "Verklaring_jaar"
    return TableBlock(title, Table(name, columns, cells), (_RULE, _START))
