"""One asset per annex of every question and one for its answer: a question file added is assets added."""

from collections.abc import Collection

import dagster as dg

from exports.questions import Annex, Question
from orchestration import annexes, publication
from orchestration.answer import resolve
from orchestration.assets.publish import PUBLICATION
from orchestration.progress import step
from orchestration.publication import Publication
from orchestration.resources import AnswerConfig
from orchestration.workspace import Workspace


def key(question: Question, annex: Annex) -> dg.AssetKey:
    return dg.AssetKey(["annexes", question.id, annex.key])


def answer_key(question: Question) -> dg.AssetKey:
    return dg.AssetKey(["annexes", question.id, annexes.ANSWER])


def build(questions: Collection[Question]) -> list[dg.AssetsDefinition]:
    return [_annex(q, a) for q in questions for a in q.annexes] + [_answer(q) for q in questions]


def _source(workspace: Workspace, answer: AnswerConfig, question: Question) -> Publication:
    """The publication that the question is answered from in this run."""
    entries = workspace.entries()
    as_of, geography_date = answer.dates
    dates = resolve(entries, as_of or question.as_of, geography_date or question.geography_date)
    source = publication.find(workspace.data, publication.inputs_digest(entries, dates))
    if source is None:
        raise dg.Failure(
            f"There is no publication as of {dates.as_of} with the municipalities of {dates.geography_date}; "
            f"make it with: twe annexes --question {question.id} --as-of {dates.as_of} "
            f"--geography-date {dates.geography_date}"
        )
    return source


def _annex(question: Question, annex: Annex) -> dg.AssetsDefinition:
    @dg.asset(
        key=key(question, annex),
        deps=[PUBLICATION],
        group_name="annexes",
        kinds={"excel"},
        required_resource_keys={"workspace", "answer"},
        description=f"Bijlage {annex.number} bij {question.title}: {annex.title}.",
        tags={"question": question.id},
    )
    def workbook(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        answer: AnswerConfig = context.resources.answer
        source = _source(workspace, answer, question)
        with step(f"{question.id} {annex.key}") as shown:
            from exports import write_annex

            place = annexes.folder(workspace.data, question, source, workspace.entries(), answer.years)
            made = write_annex(source.path, question, annex, place, annexes.parse_years(answer.years))
            stamps = annexes.Stamps(workspace.data)
            stamps.set(made.path, annexes.stamp(source, question, annex, answer.years))
            shown.summary = f"{made.path.stat().st_size / 1024:,.0f} kB"
        return dg.MaterializeResult(
            metadata={
                "workbook": dg.MetadataValue.path(str(made.path)),
                "as_of": str(source.as_of),
                "geography_date": str(source.geography_date),
                "synthetic": source.synthetic,
            }
        )

    return workbook


def _answer(question: Question) -> dg.AssetsDefinition:
    @dg.asset(
        key=answer_key(question),
        deps=[PUBLICATION],
        group_name="annexes",
        kinds={"word"},
        required_resource_keys={"workspace", "answer"},
        description=f"Antwoord op {question.title}, met de cijfers uit de marts.",
        tags={"question": question.id},
    )
    def document(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        answer: AnswerConfig = context.resources.answer
        source = _source(workspace, answer, question)
        with step(f"{question.id} {annexes.ANSWER}") as shown:
            from exports.answer import write_answer

            place = annexes.folder(workspace.data, question, source, workspace.entries(), answer.years)
            path = write_answer(source.path, question, place, years=annexes.parse_years(answer.years))
            annexes.Stamps(workspace.data).set(path, annexes.answer_stamp(source, question, answer.years))
            shown.summary = f"{path.stat().st_size / 1024:,.0f} kB"
        return dg.MaterializeResult(
            metadata={
                "document": dg.MetadataValue.path(str(path)),
                "as_of": str(source.as_of),
                "geography_date": str(source.geography_date),
                "synthetic": source.synthetic,
            }
        )

    return document
