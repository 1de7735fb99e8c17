"""One asset per annex of every question and one for its answer: a question file added is assets added."""

from collections.abc import Callable, Collection
from pathlib import Path

import dagster as dg

from exports.questions.question import Annex, Question
from orchestration.answers import disclosure, documents, revision
from orchestration.answers.disclosure import StoredControl
from orchestration.answers.questions import parse_years
from orchestration.assets import publish
from orchestration.assets.describing import ANALYSTS, see
from orchestration.assets.disclosure import DISCLOSURE
from orchestration.assets.publish import PUBLICATION
from orchestration.assets.retries import tried_again
from orchestration.ingest.workspace import Workspace
from orchestration.progress import step
from orchestration.releases.register import CONFIDENTIAL
from orchestration.resources import AnswerConfig
from orchestration.warehouse.publication import Publication

FOLLOW = dg.AutomationCondition.eager() | (
    dg.AutomationCondition.code_version_changed().since(dg.AutomationCondition.newly_requested())
    & ~dg.AutomationCondition.any_deps_missing()
    & ~dg.AutomationCondition.in_progress()
)
"""After a new publication, or when the question's file has changed."""

Write = Callable[[Workspace, Publication, Path, StoredControl, str | None], list[Path]]
"""Writes an annex or answer to a folder; gives what was made, the file to look at first."""


def key(question: Question, name: str) -> dg.AssetKey:
    """`name` is the key of an annex, or `orchestration.answers.documents.ANSWER`."""
    return dg.AssetKey(["annexes", question.id, name])


def build(questions: Collection[Question]) -> list[dg.AssetsDefinition]:
    return [_annex(q, a) for q in questions for a in q.annexes] + [_answer(q) for q in questions]


def _annex(question: Question, annex: Annex) -> dg.AssetsDefinition:
    def write(
        workspace: Workspace, source: Publication, place: Path, stored: StoredControl, years: str | None
    ) -> list[Path]:
        from exports import write_annex
        from exports.editions import PUBLIEK, VOLLEDIG

        control = disclosure.load(stored)
        made = []
        for edition, folder in ((PUBLIEK, place), (VOLLEDIG, place / CONFIDENTIAL)):
            public = edition == PUBLIEK
            if public and not control.passed:
                continue
            hidden, withheld = (control.hidden, control.withheld) if public else (None, None)
            result = write_annex(
                source.path,
                question,
                annex,
                folder,
                parse_years(years),
                edition=edition,
                hidden=hidden,
                policy=control.policy_lines,
                audit=control.audit_lines,
                extra_sheets=revision.sheets(workspace.settings, question, annex, source, years, edition, hidden),
                withheld=withheld,
            )
            made += [result.path, result.package]
        return made

    return _asset(question, annex.key, "excel", f"Bijlage {annex.number} bij {question.title}: {annex.title}.", write)


def _answer(question: Question) -> dg.AssetsDefinition:
    def write(
        workspace: Workspace, source: Publication, place: Path, stored: StoredControl, years: str | None
    ) -> list[Path]:
        from exports.answering.answer import control_file, write_answer

        control = disclosure.load(stored)
        if not control.passed:
            return []
        path = write_answer(source.path, question, place, control.hidden, years=parse_years(years))
        return [path, path.with_name(control_file())]

    return _asset(
        question, documents.ANSWER, "word", f"Antwoord op {question.title}, met de cijfers uit de marts.", write
    )


def _asset(question: Question, name: str, kind: str, description: str, write: Write) -> dg.AssetsDefinition:
    @dg.asset(
        key=key(question, name),
        deps=[PUBLICATION, DISCLOSURE],
        group_name="annexes",
        kinds={kind},
        owners=ANALYSTS,
        metadata=see(f"exports/questions/{question.id}.yml", "docs/analyst.md"),
        code_version=question.source_sha256[:12],
        automation_condition=FOLLOW,
        required_resource_keys={"workspace", "answer"},
        description=description,
        tags={"question": question.id},
    )
    def document(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        answer: AnswerConfig = context.resources.answer
        source = publish.of_run(workspace, answer, question)
        with step(f"{question.id} {name}") as shown, tried_again():
            place = documents.folder(workspace.data, question, source, workspace.entries(), answer.years)
            stored = disclosure.ensure(workspace.settings, source, answer.years)
            made = write(workspace, source, place, stored, answer.years)
            file = documents.file(place, question, name)
            stamp = documents.stamps_now(workspace.settings, source, question, answer.years)[name]
            documents.DocumentStamps(workspace.data).set(file, stamp, made, source)
            shown.summary = f"{file.stat().st_size / 1024:,.0f} kB" if file in made else "no public edition"
        return dg.MaterializeResult(
            metadata={
                "public edition": dg.MetadataValue.path(str(file)) if file in made else "refused by the audit",
                "as_of": str(source.as_of),
                "geography_date": str(source.geography_date),
                "synthetic": source.synthetic,
            }
        )

    return document
