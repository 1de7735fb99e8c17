"""One annex from a publication to a document with every figure in it, before an edition is made of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.disclosure.plan import public_plan
from exports.editions import PUBLIEK, Edition, disclose, displayed, edition
from exports.figures.collect import Figures, collect
from exports.figures.identity import ARRONDISSEMENT, CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN, Figure, Hidden, Value
from exports.figures.reading import PublicationReader
from exports.questions.question import Annex, Question
from exports.sheets.context import Context, year_flags
from exports.sheets.data import data_sheets
from exports.sheets.provenance import provenance_sheets
from exports.sheets.ranking import ranking_sheet
from exports.sheets.reconciliation import reconciliation_sheet
from exports.sheets.tables import city_charts_sheet, level_sheet, municipality_sheets, totals_sheet
from exports.sheets.text_sheets import contents_sheet, cover_sheet, definitions_sheet, notes_sheet
from exports.wording import geography, long_date
from exports.xlsx.document import Document, Sheet


@dataclass(frozen=True)
class Built:
    """A document whose cells still know which figures they are; `hidden` is None when the edition hides nothing."""

    document: Document
    figures: Figures
    edition: Edition
    hidden: Hidden | None

    def disclosed(self) -> Document:
        """The document as the edition shows it."""
        return disclose(self.document, self.hidden)

    def shown_figures(self) -> Iterator[Figure]:
        """Every figure of every sheet; one that is shown in several places comes several times."""
        return _shown(self.document.sheets)

    def totals(self) -> dict[int, dict[str, Value]]:
        """The figures for Flanders by year and label, as the edition shows them."""
        several = len(self.figures.tables) > 1
        return {
            year: {
                f"{table.plan.sheet}: {indicator.label}" if several else indicator.label: displayed(
                    self.figures.total(indicator, year), self.hidden
                )
                for table in self.figures.tables
                for indicator in table.indicators
                if indicator.measure.in_totals
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
        figures = collect(published, annex.kind, chosen, annex.options)
        flags = year_flags(annex, figures, published.facts.as_of)
        plan = public_plan(annex.tables) if made_for.name == PUBLIEK else None
        context = Context(published, question, annex, figures, flags, made_for, hidden, policy, audit, withheld, plan)
        return Built(_document(context, extra_sheets), figures, made_for, hidden)


def figures_shown(publication: Path, question: Question, annex: Annex, years: Sequence[int] | None) -> Iterator[Figure]:
    """Every figure that an annex would show, as `Built.shown_figures`, from its sheets with figures alone: the others
    tell of deliveries, which change far more often."""
    with PublicationReader(Path(publication)) as published:
        figures = collect(published, annex.kind, tuple(sorted(set(years))) if years else annex.years, annex.options)
        flags = year_flags(annex, figures, published.facts.as_of)
        context = Context(published, question, annex, figures, flags, edition(PUBLIEK), plan=public_plan(annex.tables))
        yield from _shown((*_figures(context), reconciliation_sheet(context)))


def _shown(sheets: Iterable[Sheet]) -> Iterator[Figure]:
    for sheet in sheets:
        for row in sheet.table.rows if sheet.table else ():
            yield from (cell for cell in row if isinstance(cell, Figure))


def _document(context: Context, extra_sheets: Sequence[Sheet]) -> Document:
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
    if ARRONDISSEMENT in levels:
        sheets.append(level_sheet(context, ARRONDISSEMENT))
    if CENTRUMSTAD in levels and context.figures.centre_cities:
        sheets += [city_charts_sheet(context), level_sheet(context, CENTRUMSTAD)]
    if GEMEENTE in levels:
        if context.kind.ranking:
            sheets.append(ranking_sheet(context, context.kind.ranking))
        sheets += municipality_sheets(context)
    if GEMEENTE in levels or context.plan is not None:
        sheets += data_sheets(context)
    return sheets
