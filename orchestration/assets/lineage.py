"""From which columns the columns of facts and marts come, read from their SQL.

Reading the SQL costs a second or two, so it is done for the page and not in `twe run`, and kept until a model changes.
Staging models rename columns of Parquet files one by one, as their descriptions say, and are left out.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.assets.common import table
from orchestration.assets.dagster_dbt_internals import Manifest, column_sources
from orchestration.store.files import replaced

KEPT = "column_lineage.json"
Lineage = Mapping[str, Mapping[str, list[tuple[str, str]]]]
"""Model -> column -> (asset, column) that it comes from."""


def kept(target: Path) -> Lineage:
    """The lineage that was made for these models before, or nothing."""
    path = target / KEPT
    if not path.exists():
        return {}
    known = json.loads(path.read_text(encoding="utf-8"))
    return known["models"] if known["of"] == _digest(target) else {}


def refresh(target: Path, manifest: Manifest) -> Lineage:
    """Reads the compiled SQL of the last build in dbt's working folder; keeps and returns what it finds."""
    if (found := kept(target)) or not _compiled(target):
        return found
    found = {
        uid: lineage
        for uid, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and (lineage := column_sources(uid, manifest, target))
    }
    with replaced(target / KEPT) as temporary:
        temporary.write_text(json.dumps({"of": _digest(target), "models": found}), encoding="utf-8")
    return found


def metadata(lineage: Mapping[str, list[tuple[str, str]]]) -> dict[str, Any]:
    """The lineage of one model for Dagster, and once more as a table, since the page draws the first only in part."""
    deps = {
        column: [dg.TableColumnDep(dg.AssetKey.from_user_string(asset), name) for asset, name in sources]
        for column, sources in lineage.items()
    }
    lines = []
    for column, sources in lineage.items():
        named = ", ".join(f"{asset.rpartition('/')[2]}.{name}" for asset, name in sources)
        lines.append({"column": column, "comes from": named or "-"})
    return {
        "dagster/column_lineage": dg.TableColumnLineage(deps),
        "columns come from": table({"column": "string", "comes from": "string"}, lines),
    }


def _compiled(target: Path) -> list[Path]:
    return sorted((target / "compiled").rglob("models/**/*.sql"))


def _digest(target: Path) -> str:
    digest = hashlib.sha256()
    for path in _compiled(target):
        if path.parent.suffix != ".yml":  # a folder named after a YAML file holds tests
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
