"""The figure book as an asset: one page with what the public editions show of the current publication."""

import dagster as dg

from orchestration.answers import figure_books
from orchestration.assets import publish
from orchestration.assets.describing import ANALYSTS, see
from orchestration.assets.disclosure import DISCLOSURE
from orchestration.assets.lake import POOL
from orchestration.assets.publish import PUBLICATION
from orchestration.ingest.workspace import Workspace
from orchestration.progress import step
from orchestration.resources import AnswerConfig

FIGURE_BOOK = dg.AssetKey("figure_book")


def build() -> dg.AssetsDefinition:
    @dg.asset(
        key=FIGURE_BOOK,
        deps=[PUBLICATION, DISCLOSURE],
        group_name="annexes",
        kinds={"html"},
        owners=ANALYSTS,
        pool=POOL,
        metadata=see("docs/analyst.md", "exports/figure_book/cijferboek.yml"),
        automation_condition=dg.AutomationCondition.eager(),
        required_resource_keys={"workspace", "answer"},
        description="One offline page, in Dutch, with Flanders over the years and charts for every municipality, under "
        "the disclosure control of the annexes. What it shows: exports/figure_book/cijferboek.yml.",
    )
    def figure_book(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        answer: AnswerConfig = context.resources.answer
        source = publish.of_run(workspace, answer)
        with step("figure book") as shown:
            try:
                path = figure_books.write(workspace.settings, source)
            except figure_books.NoPublicEditionError as error:
                shown.summary = "no public edition"
                return dg.MaterializeResult(metadata={"refused": str(error)})
            shown.summary = f"{path.stat().st_size / 1024:,.0f} kB"
        return dg.MaterializeResult(metadata={"page": dg.MetadataValue.path(str(path)), "as_of": str(source.as_of)})

    return figure_book
