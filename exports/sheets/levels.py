"""The sheets of the levels below Flanders: provinces and arrondissements, centre cities with their charts,
municipalities by province."""

from collections.abc import Iterator, Sequence

from exports.figures.identity import ARRONDISSEMENT, CENTRUMSTAD, GEMEENTE, PROVINCIE
from exports.figures.reading import Municipality
from exports.figures.together import is_shared
from exports.sheets.blocks import PlaceList, PlaceRow, place_blocks
from exports.sheets.city_charts import with_charts
from exports.sheets.context import CITIES, MUNICIPALITIES, RANKING, Context
from exports.sheets.head import head, with_charts_said
from exports.sheets.ranking import ranking_block
from exports.sheets.split import split_about, split_blocks, split_sheet
from exports.wording import capital, listed
from exports.xlsx.document import Sheet, SheetColumn, TableBlock

_REGIONS = {PROVINCIE: "provincies", ARRONDISSEMENT: "arrondissementen"}
_TOGETHER = "samen"
"""In the place of the code of a row that several municipalities share."""
NIS = SheetColumn("NIS-code", width=9, about="NIS-code van de gemeente, tekst van 5 cijfers")


def _name(header: str, width: float = 21, wrap: bool = False) -> SheetColumn:
    return SheetColumn(header, width=width, wrap=wrap)


def _rows(places: Sequence[Municipality]) -> list[PlaceRow]:
    return [
        PlaceRow(
            GEMEENTE,
            item.nis_code,
            (_TOGETHER if is_shared(item.nis_code) else item.nis_code, item.municipality),
        )
        for item in places
    ]


def regions_sheet(context: Context) -> Sheet:
    """Provinces and arrondissements: together where the same is shown of both, each province before its own."""
    levels = [level for level in _REGIONS if level in context.annex.levels]
    name = capital(listed([_REGIONS[level] for level in levels]))
    views = {level: context.views(level) for level in levels}
    together = len(levels) > 1 and len(set(views.values())) == 1
    blocks: list[TableBlock] = []
    for shown in [levels] if together else [[level] for level in levels]:
        rows = list(_regions(context, shown))
        what = "" if together or len(levels) == 1 else f"per {shown[0]}"
        own = f"{name} {len(blocks)}"
        blocks += place_blocks(context, own, views[shown[0]], (_name("Gebied", 22),), [PlaceList(rows, what)])
    lines = head(context, f"{context.kind.name}, {_per(levels)}", blocks, totals=True, levels=levels)
    return Sheet(name, lines, blocks=tuple(blocks), about=f"cijfers {_per(levels)}", data=False)


def _per(levels: Sequence[str]) -> str:
    return f"per {listed(levels)}"


def _regions(context: Context, levels: Sequence[str]) -> Iterator[PlaceRow]:
    figures = context.figures
    for province in figures.provinces:
        if PROVINCIE in levels:
            yield PlaceRow(PROVINCIE, province, (f"Provincie {province}",), strong=len(levels) > 1)
        if ARRONDISSEMENT in levels:
            own = [name for name, of in figures.arrondissements.items() if of == province]
            yield from (PlaceRow(ARRONDISSEMENT, name, (f"arr. {name}",)) for name in own)


def cities_sheet(context: Context) -> Sheet:
    """Table by table the figures of all years, with the charts."""
    cities = context.figures.centre_cities
    first = (NIS, _name("Centrumstad", 16))
    views, blocks = context.views(CENTRUMSTAD), list[TableBlock]()
    for table in context.figures.tables:
        own = [view for view in views if view.table == table]
        made = place_blocks(context, f"{CITIES} {table.plan.sheet}", own, first, [PlaceList(_rows(cities))])
        blocks += with_charts(context, table, own, made)
    about = with_charts_said(context, f"cijfers voor de {len(cities)} centrumsteden", blocks)
    if split_sheet(context) == CITIES:
        blocks += split_blocks(context)
        about += f"; {split_about(context)}"
    lines = head(context, f"{context.kind.name}, per centrumstad", blocks, levels=[CENTRUMSTAD])
    return Sheet(CITIES, lines, blocks=tuple(blocks), about=about, data=False)


def municipalities_sheet(context: Context) -> Sheet:
    """Every gemeente of the geography, zeros included, province by province."""
    figures = context.figures
    sections = [
        PlaceList(_rows([item for item in figures.municipalities if item.province == name]), _of_province(name))
        for name in figures.provinces
    ]
    blocks, about = list[TableBlock](), "cijfers per gemeente, provincie na provincie"
    if context.kind.ranking:
        block, ranked = ranking_block(context, context.kind.ranking)
        blocks, about = [block], f"{with_charts_said(context, ranked, [block])}; {about}"
    together = any(is_shared(item.nis_code) for item in figures.municipalities)  # their names take several lines
    name = _name("Gemeente", 28, wrap=True) if together else _name("Gemeente")
    blocks += place_blocks(context, MUNICIPALITIES, context.views(GEMEENTE), (NIS, name), sections)
    lines = head(context, f"{context.kind.name}, per gemeente", blocks, levels=[GEMEENTE])
    return Sheet(MUNICIPALITIES, lines, blocks=tuple(blocks), about=about, data=False)


def ranking_sheets(context: Context) -> list[Sheet]:
    """The ranking on a sheet of its own, for a kind that has one."""
    if context.kind.ranking is None:
        return []
    block, ranked = ranking_block(context, context.kind.ranking)
    lines = head(context, f"{context.kind.name}, stijgers en dalers", [block])
    about = with_charts_said(context, ranked, [block])
    return [Sheet(RANKING, lines, blocks=(block,), about=about, data=False)]


def _of_province(name: str) -> str:
    return f"provincie {name}"
