"""What is made from a publication: the disclosure control, every annex and answer, the figure book, and the quality
report, which comes after it so that it also holds what the warehouse found.

A question file added is assets added: one per annex, and one for its answer.
"""

from collections.abc import Collection

import dagster as dg

from exports.questions.question import Question
from orchestration import jobs, results
from orchestration.answers import disclosure, documents, figure_books, withdrawal, writing
from orchestration.assets import publish
from orchestration.assets.common import ANALYSTS, STEWARDS, retried, see
from orchestration.ingest.workspace import Workspace
from orchestration.progress import step
from orchestration.quality import report_page
from orchestration.resources import RunOptions

GROUP = "annexes"
AUDIT = "audit"
FOLLOW = dg.AutomationCondition.eager() | (
    dg.AutomationCondition.code_version_changed().since(dg.AutomationCondition.newly_requested())
    & ~dg.AutomationCondition.any_deps_missing()
    & ~dg.AutomationCondition.in_progress()
)
"""After a new publication, or when the question's file has changed."""


def build(questions: Collection[Question]) -> list[dg.AssetsDefinition]:
    """The control, the documents of these questions, the figure book and the quality report."""
    written = [_document(question, name) for question in questions for name in documents.names(question)]
    return [_disclosure_control(), *written, _figure_book(), _quality_report()]


def _disclosure_control() -> dg.AssetsDefinition:
    @dg.asset(
        key=jobs.DISCLOSURE,
        deps=[jobs.PUBLICATION],
        group_name=GROUP,
        kinds={"python"},
        owners=ANALYSTS,
        pool=jobs.POOL,
        metadata=see("docs/disclosure.md", "orchestration/answers/disclosure.py"),
        automation_condition=dg.AutomationCondition.eager(),
        required_resource_keys={"workspace", "run_options"},
        check_specs=[
            dg.AssetCheckSpec(
                AUDIT,
                asset=jobs.DISCLOSURE,
                description="No hidden small count can be worked out from what is published. When this fails no "
                "public edition is written; the confidential ones are.",
            )
        ],
        description="Which figures the public editions hide, decided for all annexes of this publication together.",
    )
    def disclosure_control(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        options: RunOptions = context.resources.run_options
        source = publish.of_run(workspace, options)
        with step("disclosure control") as shown:
            summary = disclosure.ensure(workspace.settings, source, options.chosen_years).summary
            taken = []
            if not summary.passed:
                taken = withdrawal.after_refusal(workspace.settings, workspace.entries(), source, options.chosen_years)
            share = 100 * summary.hidden / summary.counts if summary.counts else 0.0
            shown.summary = summary.done
        metadata = {
            "counts": summary.counts,
            "hidden counts": summary.hidden,
            "hidden, %": round(share, 2),
            "policy": dg.MetadataValue.md("\n".join(f"- {line}" for line in summary.policy)),
            "audit": dg.MetadataValue.md("\n".join(f"- {line}" for line in summary.audit)),
        }
        if not summary.passed:
            metadata["refused"] = summary.refused or results.AUDIT_FAILED
            metadata["public editions taken away"] = len(taken)
        audit = dg.AssetCheckResult(check_name=AUDIT, passed=summary.passed, metadata=metadata)
        return dg.MaterializeResult(metadata=metadata, check_results=[audit])

    return disclosure_control


def _document(question: Question, name: str) -> dg.AssetsDefinition:
    annex = next((annex for annex in question.annexes if annex.key == name), None)

    @dg.asset(
        key=jobs.document(question.id, name),
        deps=[jobs.PUBLICATION, jobs.DISCLOSURE],
        group_name=GROUP,
        kinds={"excel" if annex else "word"},
        owners=ANALYSTS,
        metadata=see(f"exports/questions/{question.id}.yml", "docs/analyst.md"),
        code_version=question.source_sha256[:12],
        automation_condition=FOLLOW,
        required_resource_keys={"workspace", "run_options"},
        description=f"Bijlage {annex.number} bij {question.title}: {annex.title}."
        if annex
        else f"Antwoord op {question.title}, met de cijfers uit de marts.",
        tags={"question": question.id},
    )
    def document(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        options: RunOptions = context.resources.run_options
        source = publish.of_run(workspace, options, question)
        with step(f"{question.id} {name}") as shown, retried():
            made = writing.write(workspace.settings, workspace.entries(), source, question, name, options.chosen_years)
            shown.summary = f"{made.path.stat().st_size / 1024:,.0f} kB" if made.is_public else "no public edition"
        return dg.MaterializeResult(
            metadata={
                "public edition": dg.MetadataValue.path(str(made.path)) if made.is_public else "withheld by the audit",
                "as_of": str(source.as_of),
                "geography_date": str(source.geography_date),
                "synthetic": source.synthetic,
            }
        )

    return document


def _figure_book() -> dg.AssetsDefinition:
    @dg.asset(
        key=jobs.FIGURE_BOOK,
        deps=[jobs.PUBLICATION, jobs.DISCLOSURE],
        group_name=GROUP,
        kinds={"html"},
        owners=ANALYSTS,
        pool=jobs.POOL,
        metadata=see("docs/analyst.md", "exports/figure_book/cijferboek.yml"),
        automation_condition=dg.AutomationCondition.eager(),
        required_resource_keys={"workspace", "run_options"},
        description="One offline page, in Dutch, with Flanders over the years and charts for every municipality, under "
        "the disclosure control of the annexes. What it shows: exports/figure_book/cijferboek.yml.",
    )
    def figure_book(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        source = publish.of_run(workspace, context.resources.run_options)
        with step("figure book") as shown:
            try:
                path = figure_books.write(workspace.settings, source)
            except figure_books.NoPublicEditionError as error:
                shown.summary = "no public edition"
                return dg.MaterializeResult(metadata={"withheld": str(error)})
            shown.summary = f"{path.stat().st_size / 1024:,.0f} kB"
        return dg.MaterializeResult(metadata={"page": dg.MetadataValue.path(str(path)), "as_of": str(source.as_of)})

    return figure_book


def _quality_report() -> dg.AssetsDefinition:
    @dg.asset(
        key=jobs.QUALITY_REPORT,
        deps=[jobs.PUBLICATION],
        group_name="reports",
        kinds={"html"},
        owners=STEWARDS,
        metadata=see("docs/data-steward.md", "orchestration/quality/report_page.py"),
        pool=jobs.POOL,
        required_resource_keys={"workspace"},
        description="The quality report of the run, in Dutch: what came in, what was rejected or quarantined and why, "
        "what is new, what to do. One page that needs no network; counts only.",
    )
    def quality(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        with step("quality report") as shown:
            written = report_page.write(workspace)
            if written is None:
                raise dg.Failure("nothing was delivered, so there is nothing to report on")
            path, made = written
            shown.summary = path.name
        return dg.MaterializeResult(
            metadata={
                "report": dg.MetadataValue.path(str(path)),
                "open in a browser": dg.MetadataValue.url(path.as_uri()),
                results.ROW_COUNTS: dg.MetadataValue.json(made.row_counts.to_json()),
                **made.row_counts.labelled(),  # numbers of their own, so that the Dagster page draws them over the runs
            }
        )

    return quality
