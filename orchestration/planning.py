"""From what a run was asked for to what is left to do: nothing that is there already is made again.

A `RunRequest` becomes a `RunPlan` for each publication that it needs, once. From then on a run carries its plans; what
is left of a plan, given the deliveries so far, is its `RemainingWork`.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from exports.questions.question import Question
from orchestration.answers import disclosure, documents, figure_books
from orchestration.answers.questions import Years, chosen, parse_years
from orchestration.ingest.ledger import Entry, newest_accepted
from orchestration.ingest.workspace import Workspace
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from orchestration.warehouse.run_dates import NothingAcceptedError, resolve


@dataclass(frozen=True)
class RunRequest:
    """What a run was asked for. Dates that are None follow the question, then the defaults of the contract."""

    questions: Sequence[str] = ()
    """Ids; none means every question."""
    as_of: dt.date | None = None
    geography_date: dt.date | None = None
    years: str | None = None
    """Years of every annex, such as `2020-2023` or `2020,2022`; None for those of the question."""
    load: bool = True
    """Whether new deliveries are ingested first."""
    annexes: bool = True
    """Whether annexes are written; without them only the publication is made."""
    move_current: bool = True
    """Whether readers of `current` get to see this run's dates. Those pinned in a question never move it."""


@dataclass(frozen=True)
class RunPlan:
    """One publication, and the documents to write from it. Dates that are None are those of the newest delivery."""

    as_of: dt.date | None
    geography_date: dt.date | None
    years: Years
    """Years of every annex; None for those of each question."""
    move_current: bool
    """Whether `current` may move to this publication."""
    figure_book: bool
    """Whether a figure book is made; without it only a page of these dates that is there already is kept up to date,
    so that none shows what the annexes hide by now. It has years of its own."""
    questions: list[Question] = field(default_factory=list)

    @property
    def documents(self) -> list[tuple[Question, str]]:
        """Every annex and answer of the plan, as in `documents.names`."""
        return [(question, name) for question in self.questions for name in documents.names(question)]

    @property
    def years_by_question(self) -> dict[str, set[int]]:
        """Id of a question -> the years that its documents are made for."""
        return {
            q.id: set(self.years or ()) or {year for annex in q.annexes for year in annex.years} for q in self.questions
        }


@dataclass(frozen=True)
class RemainingWork:
    """What a Dagster run has to do."""

    sources: frozenset[str]
    """Sources with new deliveries; none means that nothing is loaded."""
    build: bool
    """Whether the marts are built and published."""
    control: bool
    """Whether the disclosure control is still to be made."""
    figure_book: bool
    documents: list[tuple[Question, str]]
    """Annexes and answers to write, as in `documents.names`."""


def built_already(workspace: Workspace, plan: RunPlan, sources: frozenset[str]) -> frozenset[str]:
    """The models and seeds, by dbt's names, that a build for this plan would make as they are, when new deliveries of
    the `sources` are loaded before it."""
    from orchestration.warehouse import dbt  # slow to import, and a run with nothing new does without
    from orchestration.warehouse.built import Waiting, WarehouseContent

    entries = workspace.entries()
    try:
        dates = resolve(entries, plan.as_of, plan.geography_date)
    except NothingAcceptedError:
        return frozenset()
    newest = newest_accepted(entries) or dates.as_of
    newer = bool(sources) and any(delivery.delivered_on > newest for delivery in workspace.inbox.new)
    parsed = json.loads(dbt.manifest(workspace.data).read_text(encoding="utf-8"))
    engine = workspace.settings.engine
    content = WarehouseContent(workspace.data, parsed, entries, dates, Waiting(sources, newer), engine)
    return content.all - content.stale


def run_plans(settings: Settings, request: RunRequest) -> list[RunPlan]:
    """A plan per publication, that of the request's own dates first; these win over the dates of a question.

    Raises `YearsError`, `UnknownQuestionError` and `QuestionError`.
    """
    own, years = (request.as_of, request.geography_date), parse_years(request.years)
    everything = not request.questions and not request.years
    plans = {own: RunPlan(*own, years, request.move_current, everything)}
    for question in chosen(settings, request.questions) if request.annexes else ():
        dates = (request.as_of or question.as_of, request.geography_date or question.geography_date)
        plan = plans.setdefault(dates, RunPlan(*dates, years, False, everything))
        plan.questions.append(question)
    return list(plans.values())


def remaining_work(
    settings: Settings, entries: Sequence[Entry], plan: RunPlan, sources: frozenset[str]
) -> RemainingWork | None:
    """What is left to do of a plan when new deliveries of `sources` wait; None when everything is there already.

    Raises `NothingAcceptedError` when nothing waits and nothing was accepted up to the plan's date.
    """
    everything = plan.documents
    if sources:  # the dates are known when they are loaded; for a page of these dates the work is looked at again then
        return RemainingWork(sources, True, bool(everything), bool(everything) and plan.figure_book, everything)
    dates = resolve(entries, plan.as_of, plan.geography_date)
    has_book = plan.figure_book or bool(figure_books.pages(settings.folder, dates.as_of, dates.geography_date))
    made = publication.of_dates(settings.folder, entries, dates)
    if dates.as_of_is_default and plan.move_current and publication.current(settings.folder) != made:
        made = None  # `current` shows another geography; publishing again moves it
    if made and not disclosure.has_what_it_needs(settings.folder, made):
        made = None  # it was made without the keys that public editions need now
    if made is None:
        return RemainingWork(sources, True, bool(everything), bool(everything) and has_book, everything)
    if not everything:
        return None
    control = disclosure.stored_control(settings, made, plan.years)
    old = [
        (question, document.name)
        for question in plan.questions
        for document in documents.states(settings, entries, made, question, control, plan.years)
        if not document.is_current
    ]
    book = has_book and not figure_books.is_current(settings, made)
    left = old or book or not control.exists
    return RemainingWork(sources, False, not control.exists, book, old) if left else None
