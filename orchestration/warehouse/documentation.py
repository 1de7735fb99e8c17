"""Documentation of the published tables, made from dbt's manifest: the data dictionary (a workbook), and dbt's own
documentation as one page.

What a table or column means is written in the YAML of the dbt models and nowhere else. `source` in the `meta` of a
column names what the column comes from as `<source>.<field>`: a field of a delivery, of a seed, of the ledger, or of
the run.
"""

import csv
import datetime as dt
import json
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from exports.dictionary import CheckRule, CodeEntry, DescribedColumn, DescribedTable, SourceField, write_dictionary
from orchestration.store.errors import TweError
from orchestration.store.files import replaced
from orchestration.store.paths import PROJECT, SEEDS, DataFolder
from orchestration.warehouse import dbt
from orchestration.warehouse.code_version import code_version
from orchestration.warehouse.publication import SCHEMA, current

RUN = {
    "as_of": "The stand: deliveries up to this day exist.",
    "geography_date": "Day of the municipalities.",
    "clock": "When it was made.",
    "code": "Version of the code.",
    "TWE_ENGINE": "Setting: the engine that works the figures out.",
    "deliveries": "Names of the accepted deliveries: those of the demo say so.",
}
"""Fields of the run that the columns of the table `publication` come from."""
CONTENT_POLICY = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline' "
    "'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; font-src data:\">"
)
_CATALOG = ",catalog:"
_FOLLOW = "orchestration/warehouse/documentation.py must follow"


class DocsError(TweError):
    """dbt writes its documentation page in another form than this module expects; the message says where."""

    exit_code = 1


def described_tables(manifest: Path) -> tuple[DescribedTable, ...]:
    """Every published table in the order of their names, the marts first."""
    content = json.loads(manifest.read_text(encoding="utf-8"))
    keys = _keys(content["nodes"])
    nodes = [node for node in (*content["nodes"].values(), *content["sources"].values()) if _is_published(node)]
    tables = [_table(node, keys.get(node["unique_id"], ())) for node in nodes]
    return tuple(sorted(tables, key=lambda table: (not table.name.startswith("mart_"), table.name)))


def _is_published(node: dict[str, Any]) -> bool:
    return node["resource_type"] in ("model", "source") and node["schema"] == SCHEMA


def _keys(nodes: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The columns that name a row, per model: those that a data test holds unique together."""
    return {
        node["attached_node"]: tuple(node["test_metadata"]["kwargs"]["columns"])
        for node in nodes.values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique_combination"
    }


def _table(node: dict[str, Any], key: tuple[str, ...]) -> DescribedTable:
    description, start, grain = " ".join(node["description"].split()).rpartition("One row per ")
    columns = tuple(
        DescribedColumn(
            name=name,
            data_type=column.get("data_type") or "",
            description=" ".join(column["description"].split()),
            unit=str(column["config"]["meta"].get("unit", "")),
            source=tuple(column["config"]["meta"].get("source", ())),
            in_key=name in key,
        )
        for name, column in node["columns"].items()
    )
    return DescribedTable(node.get("alias") or node["name"], description.strip(), start + grain, columns)


def source_fields() -> tuple[SourceField, ...]:
    """Every field that a column may rest on."""
    from expectations import contract
    from orchestration.ingest.ledger import COLUMNS

    found = [
        SourceField(name, column.name, column.type, column.description)
        for name in contract.sources()
        for column in contract.load(name).columns
    ]
    found += [SourceField("ledger", name, kind, "Kept by the door of every file.") for name, kind in COLUMNS.items()]
    found += [SourceField("run", name, "", text) for name, text in RUN.items()]
    for path in sorted(SEEDS.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            names = next(csv.reader(file))
        found += [SourceField(path.stem, name, "", f"Reference table {path.stem}.") for name in names]
    return tuple(found)


def codes() -> tuple[CodeEntry, ...]:
    """Every code of the marts with its Dutch label, from the seeds."""
    found: dict[tuple[str, str], tuple[int, CodeEntry]] = {}
    for file_name, set_column in (("code_lists.csv", "code_list"), ("class_sets.csv", "class_set")):
        with (SEEDS / file_name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                code = CodeEntry(row[set_column], row["code"], row["label_nl"])
                found.setdefault((code.label_set, code.code), (int(row["sort_order"]), code))
    return tuple(code for _, code in sorted(found.values(), key=lambda item: (item[1].label_set, item[0])))


def rules() -> tuple[CheckRule, ...]:
    """Every rule of ingest, and those that only the warehouse can check."""
    from expectations import contract

    found = [
        CheckRule(name, rule.name, rule.on_fail, rule.meaning, rule.remedy)
        for name in contract.sources()
        for rule in contract.load(name).rules
    ]
    found += [CheckRule("warehouse", name, "warn", *texts) for name, texts in contract.warehouse_texts().items()]
    return tuple(dict.fromkeys(found))  # a column's type and its bounds are one rule to whoever reads it


def write_data_dictionary(data: DataFolder, path: Path) -> Path:
    """Write the data dictionary to the workbook `path`. It writes and locks nothing in the data folder, so it can be
    made during a run."""
    published = current(data)
    date = published.as_of if published else dt.date(2017, 1, 1)  # never the clock: same input, same bytes
    return write_dictionary(path, _tables(data), codes(), source_fields(), rules(), code_version(), date)


def _tables(data: DataFolder) -> tuple[DescribedTable, ...]:
    """From the manifest in the data folder when it is up to date; otherwise, or when a run is writing it, from a new
    one in a temporary folder."""
    with suppress(OSError, ValueError):
        if dbt.is_current(path := dbt.target(data) / "manifest.json"):
            return described_tables(path)
    with TemporaryDirectory() as folder:
        return described_tables(dbt.manifest(data, Path(folder)))


def write_dbt_docs(data: DataFolder, path: Path) -> Path:
    """Write dbt's documentation (lineage, SQL and tests of every model) to `path`, as one HTML page that needs no
    network. It is made from the project alone in a temporary folder, so it can be made during a run. Raises DocsError,
    DbtError."""
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
    """The page with a content security policy that forbids the network, and without the addresses in its templates that
    a browser would ask for before they are filled in."""
    changes = (
        ("<head>", f"<head>{CONTENT_POLICY}"),
        ("""<link rel="shortcut icon" href="${require('./assets/favicons/favicon.ico')}"/>""", ""),
        ('<use xlink:href="{{', '<use ng-attr-xlink:href="{{'),
    )
    for old, new in changes:
        if old not in page:
            raise DocsError(f"dbt's documentation page has no {old!r}; {_FOLLOW}")
        page = page.replace(old, new)
    return page


def _with_types(page: str, manifest: dict[str, Any]) -> str:
    """The page with the column types of the models' contracts, in the place of types read from a warehouse."""
    start = page.find(_CATALOG + "{") + len(_CATALOG)
    if start < len(_CATALOG):
        raise DocsError(f"dbt's documentation page holds no catalog; {_FOLLOW}")
    catalog, end = json.JSONDecoder().raw_decode(page, start)
    for kind in ("nodes", "sources"):
        catalog[kind] = {
            name: _catalog_entry(node) for name, node in sorted(manifest[kind].items()) if node.get("columns")
        }
    return page[:start] + json.dumps(catalog).replace("</", "<\\/") + page[end:]


def _catalog_entry(node: dict[str, Any]) -> dict[str, Any]:
    columns = {
        name: {"type": column.get("data_type") or "", "index": index, "name": name, "comment": None}
        for index, (name, column) in enumerate(node["columns"].items(), 1)
    }
    facts = {"type": "BASE TABLE", "schema": node["schema"], "name": node["name"], "database": node["database"]}
    metadata = facts | {"comment": None, "owner": None}
    return {"metadata": metadata, "columns": columns, "stats": {}, "unique_id": node["unique_id"]}
