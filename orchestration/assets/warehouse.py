"""dbt as one multi-asset, run in this process, with its data tests as blocking checks."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets

from orchestration import jobs
from orchestration.assets import dagster_dbt_internals as internals
from orchestration.assets import lineage
from orchestration.assets.common import ENGINEERS, STEWARDS, retry, see
from orchestration.ingest.workspace import Workspace
from orchestration.progress import step
from orchestration.quality.senders import rows_by_ocmw
from orchestration.resources import RunOptions
from orchestration.warehouse import built, dbt, spark
from orchestration.warehouse.built import WarehouseContent
from orchestration.warehouse.run_dates import read_run_settings, resolve, write_run_settings

RESULTS = {"LogSeedResult", "LogModelResult", "LogTestResult"}
# Unit tests prove the definitions before a release; they say nothing about tonight's data.
# The manifest was written when the project was parsed; dbt would write it twice more.
BUILD = ["build", "--no-write-json", "--exclude", "resource_type:unit_test"]


class Translator(DagsterDbtTranslator):
    """Groups the models by their layer, and keeps the raw SQL out of the descriptions that stewards read."""

    def __init__(self, columns: lineage.Lineage) -> None:
        super().__init__(settings=DagsterDbtTranslatorSettings(enable_source_metadata=False))
        self._columns = columns

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "seed":
            return "reference"
        layer = dbt_resource_props["fqn"][1] if len(dbt_resource_props["fqn"]) > 2 else None
        return layer if dbt_resource_props["resource_type"] == "model" else None

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return dbt_resource_props.get("description") or ""

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        # Codes, classes and municipalities are the steward's; what is computed with them is the engineer's.
        return STEWARDS if dbt_resource_props["resource_type"] == "seed" else ENGINEERS

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        own = dict(super().get_metadata(dbt_resource_props))
        if dbt_resource_props["resource_type"] == "source":
            return own
        described = (dbt_resource_props.get("patch_path") or "").partition("://")[2]
        files = [f"dbt_project/{path}" for path in (dbt_resource_props["original_file_path"], described) if path]
        columns = self._columns.get(dbt_resource_props["unique_id"])
        return {**own, **see(*files, "docs/definitions.md"), **(lineage.metadata(columns) if columns else {})}


def build(manifest: Path, for_page: bool = False) -> list[dg.AssetsDefinition]:
    """The run settings, the counts per OCMW and the dbt models. `manifest` must be up to date.

    `for_page`: also finds out from which columns each column comes, if nobody did since the last change of a model.
    """
    target = manifest.parent
    known = lineage.refresh(target, internals.read_manifest(manifest)) if for_page else lineage.kept(target)
    translator = Translator(known)

    @dg.asset(
        key=jobs.RUN_SETTINGS,
        deps=[jobs.LEDGER],
        group_name=jobs.DELIVERIES,
        kinds={"parquet"},
        owners=ENGINEERS,
        metadata=see("orchestration/warehouse/run_dates.py", "docs/analyst.md"),
        pool=jobs.POOL,
        required_resource_keys={"workspace", "run_options"},
        description="The dates of this run: which deliveries exist (as_of) and which municipalities (geography_date).",
    )
    def run_settings(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        options: RunOptions = context.resources.run_options
        dates = resolve(workspace.entries(), *options.dates)
        write_run_settings(workspace.data.run_settings, dates)
        return dg.MaterializeResult(
            metadata={
                "as_of": str(dates.as_of),
                "geography_date": str(dates.geography_date),
                "as_of is the default": dates.as_of_is_default,
            }
        )

    @dg.asset(
        key=jobs.ROWS_BY_OCMW,
        deps=[jobs.LEDGER, jobs.RUN_SETTINGS],
        group_name=jobs.DELIVERIES,
        kinds={"parquet"},
        owners=STEWARDS,
        metadata=see("orchestration/quality/senders/rows_by_ocmw.py", "docs/data-steward.md"),
        pool=jobs.POOL,
        required_resource_keys={"workspace", "run_options"},
        description="Rows read, quarantined, warned and resolved per source, OCMW and day of delivery, at as_of.",
    )
    def counts_per_ocmw(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        options: RunOptions = context.resources.run_options
        dates = resolve(workspace.entries(), *options.dates)
        with step("rows per OCMW") as shown:
            path = workspace.data.rows_by_ocmw
            lines = rows_by_ocmw.write(workspace.data, path, dates.as_of, dates.geography_date)
            workspace.counted_at = dates.as_of, dates.geography_date
            shown.summary = f"{lines:,} lines"
        return dg.MaterializeResult(metadata={"dagster/row_count": lines})

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=translator,
        name="warehouse",
        pool=jobs.POOL,
        required_resource_keys={"workspace"},
    )
    def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
        workspace: Workspace = context.resources.workspace
        parsed = internals.read_manifest(manifest)
        specs = context.assets_def.specs
        asked = {n for s in specs if s.key in context.selected_asset_keys if (n := jobs.dbt_node(s))}
        # dbt runs a test with the model that it is shown at, so a check that is run by itself has that one built.
        checked = {check.asset_key for check in context.selected_asset_check_keys}
        tested = {n for s in specs if s.key in checked if (n := jobs.dbt_node(s))}
        content = WarehouseContent(
            workspace.data,
            parsed,
            workspace.entries(),
            read_run_settings(workspace.data.run_settings),
            engine=workspace.settings.engine,
        )
        wanted = content.to_build(asked | tested)
        done: list[dict[str, Any]] = []

        def on_event(event: Any) -> None:
            if event.info.name in RESULTS:
                from google.protobuf.json_format import MessageToDict

                done.append(MessageToDict(event, preserving_proto_field_name=True))

        if wanted == content.all:
            # A new file is built faster than an old one is replaced, and holds nothing that no model makes.
            built.remove(workspace.data)
            selection = []
        elif wanted:
            built.begin(workspace.data)
            selection = ["--select", *built.names(parsed, wanted)]
        else:
            return  # dbt takes what follows an empty selection for its names
        failure: dbt.DbtError | None = None
        invoke = spark.invoke if content.engine == "spark" else dbt.invoke
        with step("warehouse (dbt)") as shown:
            try:
                invoke(workspace.data, [*BUILD, *selection], on_event)
                content.record()
            except dbt.DbtError as error:
                failure = error
            shown.summary = f"{len(done)} models, seeds and tests"
        if failure and not done:
            retry(failure)
        rows = _rows(workspace.data.warehouse)
        # What succeeded is reported before the failure is raised, so that the page shows which check blocked.
        for raw in done:
            if raw["data"]["node_info"]["unique_id"] in wanted - asked:
                continue  # built beside what the run asks for, which would be made of something old without it
            for event in internals.asset_events(raw, context, parsed, translator):
                if isinstance(event, dg.Output):
                    node = raw["data"]["node_info"]["unique_id"]
                    yield event.with_metadata({**event.metadata, **_measured(parsed["nodes"][node], rows, known)})
                else:
                    yield event
        if failure:
            raise dg.Failure(f"{failure}. The former publication is unchanged.")

    return [run_settings, counts_per_ocmw, warehouse]


def _rows(warehouse: Path) -> dict[str, int]:
    """Rows per table, by its full name. Views are left out: counting them would compute them. Empty when a build
    ended before it made the file."""
    if not warehouse.exists():
        return {}
    with duckdb.connect(str(warehouse), read_only=True) as con:
        tables = con.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        return {name: con.execute(f"select count(*) from {name}").fetchall()[0][0] for (name,) in tables}


def _measured(node: Mapping[str, Any], rows: Mapping[str, int], known: lineage.Lineage) -> dict[str, Any]:
    """What a materialisation of a model or seed reports of its table."""
    name = f"{node['schema']}.{node['alias']}"
    columns = known.get(node["unique_id"])
    return {
        **({"dagster/row_count": rows[name]} if name in rows else {}),
        **({"dagster/column_lineage": lineage.metadata(columns)["dagster/column_lineage"]} if columns else {}),
    }
