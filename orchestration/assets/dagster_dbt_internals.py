"""All that is used of dagster-dbt beyond its public interface, in one place.

The public `DbtCliResource` starts dbt as a process of its own, which imports everything anew for every command. dbt
runs in this process instead (`orchestration.warehouse.dbt`), so two things that the resource does inside are done
here: Dagster events made of a dbt event, and the columns that a column comes from. The version of dagster-dbt is
pinned, and tests/integration/test_definitions.py holds both.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage, EventHistoryMetadata, _build_column_lineage_metadata
from dagster_dbt.dbt_manifest import validate_manifest

Manifest = Mapping[str, Any]


def read_manifest(path: Path) -> Manifest:
    """The parsed manifest; the same object for the same path, as dagster-dbt keeps it."""
    return validate_manifest(path)


def asset_events(
    raw_event: dict[str, Any], context: dg.AssetExecutionContext, manifest: Manifest, translator: DagsterDbtTranslator
) -> Iterator[Any]:
    """The outputs and check results of a result that dbt logged, as a dict of its event."""
    message = DbtCoreCliEventMessage(raw_event=raw_event, event_history_metadata={})
    return iter(message.to_default_asset_events(manifest=manifest, dagster_dbt_translator=translator, context=context))


def column_sources(unique_id: str, manifest: Manifest, target: Path) -> dict[str, list[tuple[str, str]]]:
    """Column of a model -> (asset, column) that it comes from, by the compiled SQL in `target`. Empty when unknown."""
    nodes = manifest["nodes"]
    parents = nodes[unique_id]["depends_on"]["nodes"]
    if any(parent not in nodes for parent in parents):
        return {}
    columns = {
        node: {name: {"data_type": column["data_type"] or "varchar"} for name, column in nodes[node]["columns"].items()}
        for node in (unique_id, *parents)
    }
    found = _build_column_lineage_metadata(
        event_history_metadata=EventHistoryMetadata(
            columns=columns[unique_id], parents={nodes[p]["relation_name"]: columns[p] for p in parents}
        ),
        dbt_resource_props=nodes[unique_id],
        manifest=manifest,
        dagster_dbt_translator=DagsterDbtTranslator(),
        target_path=target,
        project=None,
    )
    if not found:
        return {}
    deps = found["dagster/column_lineage"].deps_by_column
    return {
        column: sorted((d.asset_key.to_user_string(), d.column_name) for d in deps.get(column, ()))
        for column in columns[unique_id]
    }
