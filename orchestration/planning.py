"""What a run was asked for, and what is left to do for it: nothing that is there already is made again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from exports.questions.question import Question
from orchestration.answers import disclosure, documents, figure_books
from orchestration.ingest.ledger import Entry
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from orchestration.warehouse.run_dates import resolve


@dataclass(frozen=True)
class RunRequest:
    """What a run was asked for. Dates that are None follow the question, then the defaults of the contract."""

    questions: Sequence[str] = ()
    as_of: dt.date | None = None
    geography_date: dt.date | None = None
    years: str | None = None
    load: bool = True
    """Whether new deliveries are taken in first."""
    annexes: bool = True
    """Whether annexes are written; without them only the publication is made."""
    move_current: bool = True
    """Whether readers of `current` get to see this run's dates. Those pinned in a question never move it."""


Dates = tuple[dt.date | None, dt.date | None]


def by_dates(questions: Sequence[Question], wish: RunRequest) -> dict[Dates, list[Question]]:
    """Questions that share a publication. The run's own dates win over those pinned in a question."""
    groups: dict[Dates, list[Question]] = {(wish.as_of, wish.geography_date): []}
    for question in questions:
        dates = (wish.as_of or question.as_of, wish.geography_date or question.geography_date)
        groups.setdefault(dates, []).append(question)
    return groups


def moves(dates: Dates, wish: RunRequest) -> bool:
    """A question pinned to dates of its own must not take readers of `current` along."""
    return wish.move_current and dates == (wish.as_of, wish.geography_date)


@dataclass
class RunPlan:
    """What a Dagster run has to do."""

    sources: frozenset[str]
    """Sources with new deliveries; none means that nothing is loaded."""
    build: bool
    control: bool
    """Whether the disclosure control is still to be made."""
    documents: list[tuple[Question, str]]
    """Annexes and answers to write, as in `annexes.names`."""
    book: bool
    """Whether the figure book is written. A run for all questions makes one; every other that writes annexes keeps a
    page of its dates up to date, so that none shows what the annexes hide by now. It has years of its own."""


def plan(
    settings: Settings,
    entries: Sequence[Entry],
    dates: Dates,
    questions: Sequence[Question],
    wish: RunRequest,
    sources: frozenset[str],
) -> RunPlan | None:
    """None when everything asked for is there already."""
    data = settings.folder
    everything = [(question, name) for question in questions for name in documents.names(question)]
    usual = not wish.questions and not wish.years
    book = bool(everything) and (usual or bool(figure_books.pages(data, *dates)))
    whole = RunPlan(sources, True, bool(everything), everything, book)
    if sources:
        return whole
    answer = resolve(entries, *dates)
    made = publication.find(data, publication.inputs_digest(entries, answer))
    if made is not None and answer.as_of_is_default and moves(dates, wish) and publication.current(data) != made:
        made = None  # `current` shows another geography; publishing again moves it
    if made is None:
        return whole
    old = [
        (question, name)
        for question in questions
        for name in documents.out_of_date(settings, entries, made, question, wish.years)
    ]
    control = bool(everything) and not disclosure.stored_control(settings, made, wish.years).exists
    asked = bool(everything) and (usual or bool(figure_books.pages(data, made.as_of, made.geography_date)))
    book = asked and not figure_books.is_current(settings, made)
    return RunPlan(sources, False, control, old, book) if old or control or book else None
