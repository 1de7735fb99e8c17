"""One asset per annex of every question: a question file added is an asset added."""

import dagster as dg

from exports.questions import Annex, Question, load_questions
from orchestration import annexes, publication
from orchestration.answer import resolve
from orchestration.assets.describing import ANALYSTS, see
from orchestration.assets.publish import PUBLICATION
from orchestration.assets.retries import tried_again
from orchestration.paths import QUESTIONS
from orchestration.progress import step
from orchestration.resources import AnswerConfig
from orchestration.workspace import Workspace

FOLLOW = dg.AutomationCondition.eager() | (
    dg.AutomationCondition.code_version_changed().since(dg.AutomationCondition.newly_requested())
    & ~dg.AutomationCondition.any_deps_missing()
    & ~dg.AutomationCondition.in_progress()
)
"""After a new publication, or when the question's file has changed."""


def key(question: Question, annex: Annex) -> dg.AssetKey:
    return dg.AssetKey(["annexes", question.id, annex.key])


def build() -> list[dg.AssetsDefinition]:
    return [_annex(q, a) for q in load_questions(QUESTIONS).values() for a in q.annexes]


def _annex(question: Question, annex: Annex) -> dg.AssetsDefinition:
    @dg.asset(
        key=key(question, annex),
        deps=[PUBLICATION],
        group_name="annexes",
        kinds={"excel"},
        owners=ANALYSTS,
        metadata=see(f"exports/questions/{question.id}.yml", "docs/analyst.md"),
        code_version=question.source_sha256[:12],
        automation_condition=FOLLOW,
        required_resource_keys={"workspace", "answer"},
        description=f"Bijlage {annex.number} bij {question.title}: {annex.title}.",
        tags={"question": question.id},
    )
    def workbook(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        answer: AnswerConfig = context.resources.answer
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
        with step(f"{question.id} {annex.key}") as shown, tried_again():
            from exports import write_annex

            place = annexes.folder(workspace.data, question, source, entries, answer.years)
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
