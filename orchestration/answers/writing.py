"""Writes the annexes and the answer of a question from a publication, and remembers from what each was made. An annex
whose question was released before, at an earlier as_of, gets a revision sheet: what changed since, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from exports.comparison.displayed import of_figures
from exports.comparison.workbook import Earlier, revision_sheet
from exports.disclosure.plan import public_plan
from exports.editions import PUBLIEK
from exports.figures.collect import collect
from exports.figures.identity import Hidden
from exports.figures.reading import PublicationReader as Reader
from exports.figures.reading import same_code
from exports.figures.reads import noted
from exports.questions.question import Annex, Question
from exports.xlsx.document import Sheet
from orchestration.answers import disclosure, documents, shown, withdrawal
from orchestration.answers.disclosure import StoredControl
from orchestration.answers.questions import Years
from orchestration.ingest.ledger import Entry, accepted_until
from orchestration.ingest.workspace import Workspace
from orchestration.releases import figures, register
from orchestration.releases.attribution import ChangeAttribution, attribute_changes
from orchestration.releases.register import Release
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication


@dataclass(frozen=True)
class WrittenDocument:
    """`path` is that of the public edition; `is_public` says whether there is one: a failed audit withholds it."""

    path: Path
    is_public: bool


def write(
    settings: Settings, entries: Sequence[Entry], publication: Publication, question: Question, name: str, years: Years
) -> WrittenDocument:
    """Writes the editions of an annex (`name` is its key), or the answer (`documents.ANSWER`), that are out of date;
    makes the disclosure control of the publication first when it is not there yet."""
    place = documents.folder(settings.folder, question, publication, entries, years)
    control = disclosure.ensure(settings, publication, years)
    wanted = documents.stamps_now(settings, publication, question, control, years)
    stamps = documents.DocumentStamps(settings.folder)
    paths = documents.files(place, question, name)
    for edition, path in paths.items():
        stamp = wanted[name, edition]
        if stamps.is_current(path, stamp, publication):
            stamps.confirm(path, publication)
            continue
        with noted() as reads:
            made = _write(settings, publication, question, name, path.parent, years, control, edition)
        stamps.set(path, stamp, made, publication, reads)
    public = paths[PUBLIEK]
    return WrittenDocument(public, stamps.was_written(public))


def _write(
    settings: Settings,
    publication: Publication,
    question: Question,
    name: str,
    folder: Path,
    years: Years,
    stored: StoredControl,
    edition: str,
) -> list[Path]:
    """What was written: nothing when the audit refuses the public edition."""
    from exports import write_annex
    from exports.answering.answer import control_list, write_answer
    from exports.disclosure.words import lines_about

    control = disclosure.load(stored)
    if edition == PUBLIEK and not control.passed:
        withdrawal.after_refusal_of(settings, folder, question, name)
        return []
    if name == documents.ANSWER:
        path = write_answer(publication.path, question, folder, control.disclosed, years=years)
        return [path, control_list(path, question.id)]
    annex = next(annex for annex in question.annexes if annex.key == name)
    hidden, withheld = (control.disclosed, control.withheld) if edition == PUBLIEK else (None, None)
    result = write_annex(
        publication.path,
        question,
        annex,
        folder,
        years,
        edition=edition,
        hidden=hidden,
        policy=lines_about(control.policy_lines, control.policy, [mart.name for mart in annex.kind.marts]),
        audit=stored.outcome(shown.name_of(question, annex.number))[1] or control.audit_lines,
        extra_sheets=revision_sheets(settings, question, annex, publication, years, edition, hidden),
        withheld=withheld,
    )
    return [result.path, result.package]


def revision_sheets(
    settings: Settings,
    question: Question,
    annex: Annex,
    publication: Publication,
    years: Years,
    edition: str,
    hidden: Hidden | None,
) -> tuple[Sheet, ...]:
    """One sheet, or none when the question was not released with an earlier as_of. A figure that is `hidden` in this
    edition shows a sign in place of its value."""
    lines = register.latest(settings.folder, question.id, publication.as_of)
    line = next((item for item in lines if item.annex == annex.number), None)
    if line is None:
        return ()
    place = settings.folder.releases / line.folder
    earlier = Earlier(
        f"{question.title}, bijlage {annex.number} ({line.file_name})",
        line.released_at.date(),
        line.as_of,
        line.geography_date,
        figures.shown(place, annex.key),
    )
    with Reader(publication.path) as reader:
        collected = collect(reader, annex.kind, years or annex.years, annex.options)
        causes = _attribution(settings, publication, lines[0]).causes
        if (plan := public_plan(annex.tables, annex.years)) is not None:  # what was released was a public edition
            collected = collected.with_rows(plan.rows(reader))
        now = of_figures(collected, hidden, plan)
        return (revision_sheet(reader, annex, now, earlier, causes, edition),)


@lru_cache(maxsize=4)
def _attribution(settings: Settings, publication: Publication, line: Release) -> ChangeAttribution:
    """What changed between the release of `line` and the publication; the same for every annex of the question."""
    workspace = Workspace(settings)
    accepted = accepted_until(workspace.entries(), publication.as_of)
    known = figures.deliveries(settings.folder.releases / line.folder)
    return attribute_changes(
        settings.folder,
        workspace.contracts,
        [entry for entry in accepted if entry.sha256 in known],
        accepted,
        (line.as_of, publication.as_of),
        publication.geography_date,
        not same_code(line.code_version, publication.code_version),
    )
