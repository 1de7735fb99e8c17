"""What stands above the tables of a sheet, and the sheet of contents: for annexes, and for workbooks that are none."""

from collections.abc import Sequence

from exports.editions import PUBLIEK, Edition, drawn, edition
from exports.sheets.context import CONTENTS, NOTES, Context
from exports.sheets.shown import shown_lines
from exports.statements.years import warnings
from exports.wording import BANNER, capital, counted, geography, listed, long_date, period, source_names
from exports.xlsx.document import Line, Sheet, Table, TableBlock, text_columns


def banners(made_for: Edition, synthetic: bool) -> list[Line]:
    """What every sheet says in red: that it is confidential, that its data are made up."""
    return [Line(text, "banner") for text in (made_for.banner, BANNER if synthetic else "") if text]


def lines(
    title: str, synthetic: bool, texts: Sequence[str], made_for: str = PUBLIEK, contents: str = CONTENTS
) -> tuple[Line, ...]:
    """Title, the banners of the edition and of synthetic data, small texts, the way back to the sheet of contents."""
    back = Line(f"Terug naar het blad {contents}", "link", link=contents)
    small = (Line(text, "small") for text in texts)
    return (Line(title, "title"), *banners(edition(made_for), synthetic), *small, back)


def short_head(context: Context, title: str, *texts: str) -> tuple[Line, ...]:
    """For sheets without figures."""
    return lines(
        f"Bijlage {context.annex.number}. {title}", context.facts.synthetic, texts, context.edition.name, NOTES
    )


def head(
    context: Context,
    title: str,
    blocks: Sequence[TableBlock] = (),
    totals: bool = False,
    levels: Sequence[str] = (),
) -> tuple[Line, ...]:
    """For sheets with figures, of these blocks or of one table, of these levels; with `totals` of more than one
    gemeente."""
    kind, charts = context.kind, _charts(context, blocks)
    about = (f"{kind.year_header} {period(context.years)}", f"eenheid: {kind.unit}", *map(": ".join, options(context)))
    what = counted(len(blocks) or 1, "tabel", "tabellen") + (
        f" en {counted(charts, 'grafiek', 'grafieken')}" if charts else ""
    )
    missing = [item.what for item in context.question.unavailable(context.annex)]
    general = context.general_notes(totals)
    small = [
        f"{'; '.join(about)}. Dit blad bevat {what}.",
        f"Stand op {long_date(context.facts.as_of)}; {geography(context.publication)}. "
        f"Bron: datawarehouse TWE-OCMW ({listed(source_names(kind.sources))}).",
    ]
    small += shown_lines(context, levels)
    small += [f"Let op: {text}" for text in year_warnings(context)]
    small += [f"Niet beschikbaar: {'; '.join(missing)}. Zie het blad {NOTES}."] if missing else []
    about_all = f"Bij alle cijfers: {listed(general)}. " if general else ""
    small.append(f"{about_all}De nota's staan op het blad {NOTES}.")
    return short_head(context, title, *small)


def with_charts_said(context: Context, about: str, blocks: Sequence[TableBlock]) -> str:
    """What is on a sheet for the contents, and that it has charts where the edition draws one."""
    charts = _charts(context, blocks)
    return f"{about}, met {'grafiek' if charts == 1 else 'grafieken'}" if charts else about


def _charts(context: Context, blocks: Sequence[TableBlock]) -> int:
    return sum(len(drawn(block, context.hidden)) for block in blocks)


def year_warnings(context: Context) -> list[str]:
    """What a reader must know of the years of the annex before comparing them."""
    return warnings(context.publication, context.kind, context.years, context.annex.options)


def options(context: Context) -> list[tuple[str, str]]:
    """The chosen option of each mart in words, e.g. ("basis", "volgens prestatiemaand")."""
    texts = []
    for mart in context.kind.marts:
        for name, values in mart.options.items():
            code = context.annex.options.get(name, values[0])
            field = next(item for item in mart.fields if item.column == name)
            labels = {label.code: label.text for label in context.publication.labels(field.label_set or name)}
            texts.append((field.header.removesuffix(" (code)").lower(), labels.get(code, code).lower()))
    return texts


def contents_table(sheets: Sequence[Sheet]) -> Table:
    """A row per sheet, its name linked."""
    columns = text_columns({"Blad": 28, "Wat erop staat": 62}, wrap=("Wat erop staat",))
    rows = [(sheet.name, capital(sheet.about)) for sheet in sheets]
    return Table("Inhoud", columns, rows, tuple(sheet.name for sheet in sheets))


def front(title: str, synthetic: bool, texts: Sequence[str], sheets: Sequence[Sheet], made_for: str = PUBLIEK) -> Sheet:
    """The first sheet of a workbook that is no annex: what it is, and its sheets, linked."""
    head = lines(title, synthetic, texts, made_for)[:-1]  # these are the contents: no way back to them
    return Sheet(CONTENTS, head, contents_table(sheets), about="alle bladen, met een link", data=False)
