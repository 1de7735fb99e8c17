"""The publication as an asset: downstream of every mart, so it comes about only when no check blocked."""

import dagster as dg

from exports.questions.question import Question
from orchestration import jobs
from orchestration.assets.common import ENGINEERS, retried, see
from orchestration.ingest.workspace import Workspace
from orchestration.progress import step
from orchestration.resources import RunOptions
from orchestration.warehouse import dbt, key_sums, publication
from orchestration.warehouse.documentation import described_tables
from orchestration.warehouse.publication import Publication
from orchestration.warehouse.run_dates import resolve


def build(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """`marts` are the tables that are published; all must have been built."""

    @dg.asset(
        key=jobs.PUBLICATION,
        deps=marts,
        group_name="publication",
        kinds={"parquet", "duckdb"},
        owners=ENGINEERS,
        metadata=see("docs/analyst.md", "orchestration/warehouse/publication.py"),
        pool=jobs.POOL,
        required_resource_keys={"workspace", "run_options"},
        description="All marts as Parquet and as a read-only marts.duckdb, put in place whole or not at all.",
    )
    def publish(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        options: RunOptions = context.resources.run_options
        entries = workspace.entries()
        with step("publication") as shown, retried():
            made, rows = publication.publish(
                workspace.data,
                resolve(entries, *options.dates),
                entries,
                workspace.settings.engine,
                options.move_current,
                described_tables(dbt.manifest(workspace.data)),
                key_sums.secrets_of(workspace),
            )
            shown.summary = f"{len(rows)} tables, {sum(rows.values()):,} rows"
        return dg.MaterializeResult(
            metadata={
                "folder": dg.MetadataValue.path(str(made.path)),
                "as_of": str(made.as_of),
                "geography_date": str(made.geography_date),
                "synthetic": made.synthetic,
                "code version": made.code_version,
                "dagster/row_count": sum(rows.values()),
                **{f"rows {table}": n for table, n in rows.items()},
            }
        )

    return publish


def of_run(workspace: Workspace, options: RunOptions, question: Question | None = None) -> Publication:
    """The publication of this run's dates; those that a question is pinned to come second. Raises `Failure`."""
    entries = workspace.entries()
    as_of, geography_date = options.dates
    if question:
        as_of, geography_date = as_of or question.as_of, geography_date or question.geography_date
    dates = resolve(entries, as_of, geography_date)
    found = publication.of_dates(workspace.data, entries, dates)
    if found is None:
        raise dg.Failure(
            f"There is no publication as of {dates.as_of} with the municipalities of {dates.geography_date}; "
            f"make it with: twe run --as-of {dates.as_of} --geography-date {dates.geography_date}"
        )
    return found
