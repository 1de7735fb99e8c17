"""One annex from a publication to a document with every figure in it, before an edition is made of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exports.disclosure.plan import PublicPlan, public_plan
from exports.editions import PUBLIEK, Edition, disclose, displayed, edition
from exports.figures.collect import Figures, collect
from exports.figures.identity import (
    ARRONDISSEMENT,
    CENTRUMSTAD,
    GEMEENTE,
    PROVINCIE,
    VLAANDEREN,
    Changes,
    Figure,
    Hidden,
    Value,
)
from exports.figures.reading import PublicationReader
from exports.figures.views import Plan, views
from exports.questions.question import Annex, Question
from exports.sheets.context import Context, year_flags
from exports.sheets.data import data_sheet, figures_table, origin_table
from exports.sheets.flanders import flanders_sheet
from exports.sheets.full.fields import fields_sheet
from exports.sheets.full.provenance import provenance_sheets
from exports.sheets.full.reconciliation import reconcile, reconciliation_sheet
from exports.sheets.full.wide import wide_sheets
from exports.sheets.levels import cities_sheet, municipalities_sheet, ranking_sheets, regions_sheet
from exports.sheets.split import split_table
from exports.sheets.text_sheets import cover_sheet, explanation_sheet
from exports.wording import geography, long_date, source_names
from exports.xlsx.document import Document, Sheet


@dataclass(frozen=True)
class Built:
    """A document whose cells still know which figures they are; `hidden` is None when the edition hides nothing."""

    document: Document
    figures: Figures
    edition: Edition
    hidden: Hidden | None
    plan: Plan | None = None

    def disclosed(self) -> Document:
        """The document as the edition shows it."""
        return disclose(self.document, self.hidden)

    def shown_figures(self) -> Iterator[Figure]:
        """Every figure of every sheet; one that is shown in several places comes several times."""
        return _shown((*self.document.sheets, *self.document.loose))

    def totals(self) -> dict[int, dict[str, Value]]:
        """The figures for Flanders by year and label, as the edition shows them."""
        several = len(self.figures.tables) > 1
        return {
            year: {
                f"{view.table.plan.sheet}: {indicator.label}" if several else indicator.label: displayed(
                    self.figures.total(indicator, year), self.hidden, indicator.measure.format
                )
                for view in views(self.figures, VLAANDEREN, self.plan)
                for indicator in view.indicators
            }
            for year in self.figures.years
        }


def build(
    publication: Path,
    question: Question,
    annex: Annex,
    years: Sequence[int] | None = None,
    edition_name: str = PUBLIEK,
    hidden: Hidden | None = None,
    policy: Sequence[str] = (),
    audit: Sequence[str] = (),
    extra_sheets: Sequence[Sheet] = (),
    withheld: Hidden | None = None,
) -> Built:
    """Arguments as of `exports.write_annex`."""
    chosen = tuple(sorted(set(years))) if years else annex.years
    made_for = edition(edition_name)
    if made_for.name != PUBLIEK:
        hidden = withheld = None
    with PublicationReader(Path(publication)) as published:
        plan = public_plan(annex.tables, annex.years) if made_for.name == PUBLIEK else None
        figures = _collected(published, annex, chosen, plan)
        flags = year_flags(annex, figures, published.facts.as_of)
        context = Context(
            published, question, annex, figures, flags, made_for, hidden, policy, audit, withheld, plan=plan
        )
        return Built(_document(context, extra_sheets), figures, made_for, hidden, plan)


def figures_shown(publication: Path, question: Question, annex: Annex, years: Sequence[int] | None) -> Iterator[Figure]:
    """Every figure that an annex would show, as `Built.shown_figures`, from its sheets with figures alone: the others
    tell of deliveries, which change far more often."""
    with PublicationReader(Path(publication)) as published:
        plan = public_plan(annex.tables, annex.years)
        figures = _collected(published, annex, tuple(sorted(set(years))) if years else annex.years, plan)
        flags = year_flags(annex, figures, published.facts.as_of)
        context = Context(published, question, annex, figures, flags, edition(PUBLIEK), plan=plan)
        yield from _shown(_figures(context))


def _collected(publication: PublicationReader, annex: Annex, years: Sequence[int], plan: PublicPlan | None) -> Figures:
    """The figures of the rows that an edition shows."""
    figures = collect(publication, annex.kind, years, annex.options)
    return figures if plan is None else figures.with_rows(plan.rows(publication))


def _shown(sheets: Iterable[Sheet]) -> Iterator[Figure]:
    for sheet in sheets:
        for table in sheet.tables:
            for row in table.rows:
                yield from (cell for cell in row if isinstance(cell, Figure))


def _document(context: Context, extra_sheets: Sequence[Sheet]) -> Document:
    """The annex with every figure in it; `exports.editions.disclose` makes an edition of it.

    `extra_sheets` come behind the figures, with their own tables; their cells may be figures with an identity too.
    """
    annex, facts = context.annex, context.facts
    agreements = reconcile(context)
    content = [*_figures(context), *extra_sheets]
    if not context.public:
        content += [reconciliation_sheet(context, agreements), *provenance_sheets(context)]
    sheets = (cover_sheet(context), explanation_sheet(context, content), *content)
    return Document(
        f"Bijlage {annex.number}. {annex.full_title}",
        context.question.title,
        facts.as_of,
        tuple(replace(sheet, footer=f"Bijlage {annex.number}") for sheet in sheets),
        description=f"Stand op {long_date(facts.as_of)}; {geography(context.publication)}. "
        f"Uitgave: {context.edition.label}.",
        status=context.question.status,
        keywords=", ".join(("TWE", "OCMW", *source_names(context.kind.sources), context.edition.name)),
        facts={
            "Stand op": facts.as_of.isoformat(),
            "Geografie op": facts.geography_date.isoformat(),
            "Versie van het datawarehouse": facts.code_version,
            "Uitgave": context.edition.name,
        },
        loose=(
            figures_table(context),
            *split_table(context),
            *([origin_table(context)] if context.public else []),
        ),
        disclosure=context.hidden.described([mart.name for mart in context.kind.marts])
        if isinstance(context.hidden, Changes)
        else {},
    )


def _figures(context: Context) -> list[Sheet]:
    """The sheets of the levels that the question asks for, the widest first. Of the gemeenten the full edition has
    every figure, side by side, and the meaning of the columns."""
    levels = context.annex.levels
    sheets: list[Sheet] = []
    if VLAANDEREN in levels:
        sheets.append(flanders_sheet(context))
    if PROVINCIE in levels or ARRONDISSEMENT in levels:
        sheets.append(regions_sheet(context))
    if CENTRUMSTAD in levels and context.figures.centre_cities:
        sheets.append(cities_sheet(context))
    if GEMEENTE in levels and context.public:
        sheets += [municipalities_sheet(context), data_sheet(context)]
    elif GEMEENTE in levels:
        sheets += [*ranking_sheets(context), *wide_sheets(context), data_sheet(context), fields_sheet(context)]
    return sheets
