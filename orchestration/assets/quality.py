"""The quality report as an asset: last of all, so that it also holds what the warehouse found."""

import dagster as dg

from orchestration import jobs, results
from orchestration.assets.common import STEWARDS, see
from orchestration.ingest.workspace import Workspace
from orchestration.progress import step
from orchestration.quality import report_page


def build() -> dg.AssetsDefinition:
    @dg.asset(
        key=jobs.QUALITY_REPORT,
        deps=[jobs.PUBLICATION],
        group_name="reports",
        kinds={"html"},
        owners=STEWARDS,
        metadata=see("docs/data-steward.md", "orchestration/quality/report_page.py"),
        pool=jobs.POOL,
        required_resource_keys={"workspace"},
        description=(
            "The quality report of the run, in Dutch: what came in, what was rejected or quarantined and why, what is "
            "new, what to do. "
            "One page that needs no network; counts only."
        ),
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
