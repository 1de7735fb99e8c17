"""dbt as one multi-asset, run in this process, with its data tests as blocking checks."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, dbt_assets
from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage
from dagster_dbt.dbt_manifest import validate_manifest

from orchestration import dbt
from orchestration.answer import resolve, write_run_settings
from orchestration.assets.lake import LEDGER, POOL
from orchestration.progress import step
from orchestration.resources import AnswerConfig
from orchestration.workspace import Workspace

RUN_SETTINGS = dg.AssetKey(["work", "run_settings"])
RESULTS = {"LogSeedResult", "LogModelResult", "LogTestResult"}
# Unit tests prove the definitions before a release; they say nothing about tonight's data.
BUILD = ["build", "--exclude", "resource_type:unit_test"]


class Translator(DagsterDbtTranslator):
    """Groups the models by their layer, and keeps the raw SQL out of the descriptions that stewards read."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "seed":
            return "reference"
        layer = dbt_resource_props["fqn"][1] if len(dbt_resource_props["fqn"]) > 2 else None
        return layer if dbt_resource_props["resource_type"] == "model" else None

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return dbt_resource_props.get("description") or ""


def build(manifest: Path) -> list[dg.AssetsDefinition]:
    """The run settings and the dbt models. `manifest` must be up to date."""
    translator = Translator(settings=DagsterDbtTranslatorSettings(enable_source_metadata=False))

    @dg.asset(
        key=RUN_SETTINGS,
        deps=[LEDGER],
        group_name="deliveries",
        kinds={"parquet"},
        pool=POOL,
        required_resource_keys={"workspace", "answer"},
        description="The dates of this run: which deliveries exist (as_of) and which municipalities (geography_date).",
    )
    def run_settings(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        answer: AnswerConfig = context.resources.answer
        dates = resolve(workspace.entries(), *answer.dates)
        write_run_settings(workspace.data.run_settings, dates)
        return dg.MaterializeResult(
            metadata={
                "as_of": str(dates.as_of),
                "geography_date": str(dates.geography_date),
                "as_of is the default": dates.as_of_is_default,
            }
        )

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=translator,
        name="warehouse",
        pool=POOL,
        required_resource_keys={"workspace"},
    )
    def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
        workspace: Workspace = context.resources.workspace
        parsed = validate_manifest(manifest)
        parameters = get_updated_cli_invocation_params_for_context(context, parsed, translator)
        done: list[dict[str, Any]] = []

        def on_event(event: Any) -> None:
            if event.info.name in RESULTS:
                from google.protobuf.json_format import MessageToDict

                done.append(MessageToDict(event, preserving_proto_field_name=True))

        if not context.is_subset:
            # A new file is built faster than an old one is replaced, and holds nothing that no model makes.
            workspace.data.warehouse.unlink(missing_ok=True)
        failure: dbt.DbtError | None = None
        with step("warehouse (dbt)") as shown:
            try:
                dbt.invoke(workspace.data, [*BUILD, *parameters.selection_args], on_event)
            except dbt.DbtError as error:
                failure = error
            shown.summary = f"{len(done)} models, seeds and tests"
        # What succeeded is told before the failure is raised, so that the page shows which check blocked.
        for raw in done:
            yield from DbtCoreCliEventMessage(raw_event=raw, event_history_metadata={}).to_default_asset_events(
                manifest=parsed, dagster_dbt_translator=translator, context=context
            )
        if failure:
            raise dg.Failure(f"{failure}. The former publication stands.")

    return [run_settings, warehouse]
