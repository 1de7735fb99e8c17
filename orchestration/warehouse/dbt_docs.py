"""dbt's own documentation as one file that asks nothing of the network: lineage, SQL and tests of every model."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from orchestration.store.files import replaced
from orchestration.store.paths import PROJECT, DataFolder
from orchestration.warehouse import dbt

POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' "
    "'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:\">"
)
_CATALOG = ",catalog:"


class DocsError(RuntimeError):
    """dbt's page is made differently than it was; the message says where."""


def write(data: DataFolder, path: Path) -> Path:
    """Write the page. It is made from the project alone, in a folder of its own: it needs neither the warehouse nor the
    lock of a run."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        manifest = json.loads(dbt.manifest(data, folder).read_text(encoding="utf-8"))
        dbt.invoke(data, ["docs", "generate", "--static", "--empty-catalog", "--no-compile"], folder=folder)
        page = (folder / "static_index.html").read_text(encoding="utf-8").replace(name, "$TWE_DATA/work/dbt")
    with replaced(Path(path).resolve()) as temporary:
        made = _offline(_with_types(page, manifest))
        for folder, name in ((data.root, "$TWE_DATA"), (PROJECT, ".")):
            made = made.replace(str(folder), name)
        temporary.write_text(made, encoding="utf-8")
    return Path(path)


def _offline(page: str) -> str:
    """The page with a policy that forbids the network, and without the addresses that its templates would ask for
    before they are filled in."""
    changes = (
        ("<head>", f"<head>{POLICY}"),
        ("""<link rel="shortcut icon" href="${require('./assets/favicons/favicon.ico')}"/>""", ""),
        ('<use xlink:href="{{', '<use ng-attr-xlink:href="{{'),
    )
    for old, new in changes:
        if old not in page:
            raise DocsError(f"dbt's documentation page has no {old!r}; orchestration/warehouse/dbt_docs.py must follow")
        page = page.replace(old, new)
    return page


def _with_types(page: str, manifest: dict[str, Any]) -> str:
    """The types that the contracts of the models promise, where dbt would show those it found in the warehouse."""
    start = page.find(_CATALOG + "{") + len(_CATALOG)
    if start < len(_CATALOG):
        raise DocsError("dbt's documentation page holds no catalog; orchestration/warehouse/dbt_docs.py must follow")
    catalog, end = json.JSONDecoder().raw_decode(page, start)
    for kind in ("nodes", "sources"):
        catalog[kind] = {name: _promised(node) for name, node in sorted(manifest[kind].items()) if node.get("columns")}
    return page[:start] + json.dumps(catalog).replace("</", "<\\/") + page[end:]


def _promised(node: dict[str, Any]) -> dict[str, Any]:
    columns = {
        name: {"type": column.get("data_type") or "", "index": index, "name": name, "comment": None}
        for index, (name, column) in enumerate(node["columns"].items(), 1)
    }
    facts = {"type": "BASE TABLE", "schema": node["schema"], "name": node["name"], "database": node["database"]}
    return {
        "metadata": facts | {"comment": None, "owner": None},
        "columns": columns,
        "stats": {},
        "unique_id": node["unique_id"],
    }
