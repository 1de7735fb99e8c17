"""The whole workbook as a Document, sheet by sheet in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from exports.figures.identity import CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN
from exports.sheets.city_charts import city_charts_sheet
from exports.sheets.context import Context
from exports.sheets.cover import contents_sheet, cover_sheet
from exports.sheets.data import data_sheet
from exports.sheets.notes import definitions_sheet, fields_sheet, notes_sheet
from exports.sheets.provenance import provenance_sheets
from exports.sheets.ranking import ranking_sheet
from exports.sheets.reconciliation import reconciliation_sheet
from exports.sheets.totals import totals_sheet
from exports.sheets.wide import level_sheet, municipality_sheet
from exports.sheets.wording import geography, long_date
from exports.xlsx.document import Document, Sheet


def document(context: Context, extra_sheets: Sequence[Sheet] = ()) -> Document:
    """The annex with every figure in it; `exports.editions.disclose` makes an edition of it.

    `extra_sheets` come before the provenance, with their own tables; their cells may be figures with an identity too.
    """
    annex, facts = context.annex, context.facts
    content = (
        notes_sheet(context),
        definitions_sheet(context),
        *_figures(context),
        reconciliation_sheet(context),
        *extra_sheets,
        *provenance_sheets(context),
    )
    return Document(
        f"Bijlage {annex.number}. {annex.title}",
        context.question.title,
        facts.as_of,
        (cover_sheet(context), contents_sheet(context, content), *content),
        description=f"Stand op {long_date(facts.as_of)}; {geography(context.publication)}. "
        f"Uitgave: {context.edition.label}.",
        status=context.question.status,
        keywords=", ".join(("TWE", "OCMW", *context.kind.sources, context.edition.name)),
        facts={
            "Stand op": facts.as_of.isoformat(),
            "Geografie op": facts.geography_date.isoformat(),
            "Versie van de code": facts.code_version,
            "Uitgave": context.edition.name,
        },
    )


def _figures(context: Context) -> list[Sheet]:
    """The sheets of the levels that the question asks for, the widest first."""
    levels = context.annex.levels
    sheets: list[Sheet] = []
    if VLAANDEREN in levels:
        sheets.append(totals_sheet(context))
    if PROVINCIE in levels:
        sheets.append(level_sheet(context, PROVINCIE))
    if CENTRUMSTAD in levels and context.figures.centre_cities:
        sheets.append(city_charts_sheet(context))
        sheets.append(level_sheet(context, CENTRUMSTAD))
    if GEMEENTE in levels:
        if context.kind.ranking:
            sheets.append(ranking_sheet(context, context.kind.ranking))
        sheets += [municipality_sheet(context, table) for table in context.figures.tables]
        sheets += [data_sheet(context, tidy) for tidy in context.figures.tidy]
        sheets.append(fields_sheet(context))
    return sheets
