"""Which tables of the warehouse file are what a build from nothing would make of them, so that a run builds the others
alone.

A table follows from the files and tables that it is made of, from the dbt project and from its tools, and from nothing
else. Its *key* is a digest of all that. The keys are kept beside the warehouse file when a build has ended well, with
what tells that very file: after a kill, a failed check, an erasure or another program that wrote in it, everything is
built anew.
"""

import hashlib
import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from orchestration.ingest.ledger import Entry, accepted_until
from orchestration.store.files import digest, replaced
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Engine
from orchestration.warehouse import dbt
from orchestration.warehouse.run_dates import RunDates

LAKE = "lake"
"""dbt's name of the sources that deliveries come from."""
DELIVERIES = "stg_deliveries"
"""The model of the ledger. Of its rows a model of the lake takes those of its own source that count at as_of."""
TOOLS: Mapping[Engine, Sequence[str]] = {
    "duckdb": ("dbt-core", "dbt-duckdb", "duckdb"),
    "spark": ("dbt-core", "dbt-spark", "pyspark", "duckdb"),
}
Keys = Mapping[str, str]
"""dbt's name of a table -> its key."""


@dataclass(frozen=True)
class Waiting:
    """What is not known yet before a run: deliveries of these sources are to be loaded, which may change the dates.
    Rows per OCMW are counted anew in any run."""

    sources: frozenset[str]
    dates: bool


@dataclass(frozen=True)
class WarehouseContent:
    """What the warehouse should hold for these deliveries and dates. `manifest` is dbt's, parsed. With `waiting` what
    it should hold after a run that is still to begin, as far as that is known."""

    data: DataFolder
    manifest: Mapping[str, Any]
    entries: Sequence[Entry]
    dates: RunDates
    waiting: Waiting | None = None
    engine: Engine = "duckdb"

    @property
    def stale(self) -> frozenset[str]:
        """Models and seeds that must be built, by dbt's names. With those that a test is shown at which looks at one of
        them, so that every test that has to run again belongs to something that is built."""
        return self.to_build(())

    def to_build(self, asked: Collection[str]) -> frozenset[str]:
        """As `stale`, with what is `asked` for as well. Spark keeps nothing from one build to the next: it builds
        all or nothing."""
        known = _read(self.data)
        found = {name for name in self._nodes if name not in self.keys or known.get(name) != self.keys[name]}
        nodes = self.manifest["nodes"].values()
        tests = [node for node in nodes if node["resource_type"] == "test" and node.get("attached_node")]
        number = -1
        while number < len(found):
            number = len(found)
            found |= {t["attached_node"] for t in tests if found.intersection(t["depends_on"]["nodes"])}
        found |= set(asked)
        return self.all if found and self.engine == "spark" else frozenset(found)

    @property
    def all(self) -> frozenset[str]:
        """Every model and seed."""
        return frozenset(self._nodes)

    def record(self) -> None:
        """Notes, after a build that ended well, that the warehouse file holds all of it."""
        with replaced(_kept(self.data)) as temporary:
            found = {"file": _state(self.data.warehouse), "keys": self.keys}
            temporary.write_text(json.dumps(found, indent=1), encoding="utf-8")

    @cached_property
    def keys(self) -> Keys:
        """The key of every model and seed; none of what is not known before the waiting deliveries are loaded."""
        found: dict[str, str] = {}
        for name in _in_order(self._nodes):
            parents = [self._source(parent) or found.get(parent) for parent in self._parents(name)]
            if all(parents):
                found[name] = _digest([self._code, name, parents])
        return found

    @cached_property
    def _nodes(self) -> dict[str, dict[str, Any]]:
        nodes = self.manifest["nodes"]
        return {name: node for name, node in nodes.items() if node["resource_type"] in ("model", "seed")}

    @cached_property
    def _code(self) -> str:
        return _digest(
            [dbt.digest_of_sources(), str(self.data.root), *((t, metadata.version(t)) for t in TOOLS[self.engine])]
        )

    def _parents(self, name: str) -> list[str]:
        parents = sorted(self._nodes[name].get("depends_on", {}).get("nodes", ()))
        if any(self._is_lake(parent) for parent in parents):  # its key has what it takes of the ledger
            parents = [parent for parent in parents if parent.rpartition(".")[2] != DELIVERIES]
        return parents

    def _is_lake(self, name: str) -> bool:
        return name in self.manifest["sources"] and self.manifest["sources"][name]["source_name"] == LAKE

    def _source(self, name: str) -> str | None:
        """The key of a source of dbt: of what it holds of what counts. None for what is no source, or not known yet."""
        if name not in self.manifest["sources"]:
            return None
        source = self.manifest["sources"][name]
        loading = self.waiting.sources if self.waiting else ()
        if self.waiting and self.waiting.dates:
            return None
        match source["source_name"], source["name"]:
            case "lake", table:
                return None if table in loading else self._of_lake(table)
            case "ledger", "deliveries":
                return None if loading else digest(self.data.ledger)
            case "work", "run_settings":
                return str(self.dates)
            case "work", "rows_by_ocmw":
                return None if self.waiting else digest(self.data.rows_by_ocmw)
        return None

    def _of_lake(self, source: str) -> str:
        own = [entry for entry in accepted_until(self.entries, self.dates.as_of) if entry.source == source]
        files = [self.data.lake / source / f"{entry.delivery_id}.parquet" for entry in own]
        rows = [(entry.delivery_id, entry.file_name, str(entry.delivered_on)) for entry in own]
        return _digest([rows, [_state(file) for file in files if file.exists()]])


def begin(data: DataFolder) -> None:
    """Before a build: until it has ended well nothing is known of what the warehouse file holds. What a killed build on
    Spark left goes too: there are rows of people in it."""
    _kept(data).unlink(missing_ok=True)
    if data.spark.exists():
        shutil.rmtree(data.spark)


def remove(data: DataFolder) -> None:
    """Removes the warehouse file, and what is known of it first: a kill in between leaves a file that is built anew."""
    begin(data)
    for file in (data.warehouse, _journal(data)):
        file.unlink(missing_ok=True)


def names(manifest: Mapping[str, Any], nodes: Collection[str]) -> list[str]:
    """What dbt's `--select` takes for these models and seeds."""
    return sorted(".".join(manifest["nodes"][name]["fqn"]) for name in nodes)


def _in_order(nodes: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Each after those that it is made of."""
    found: dict[str, None] = {}

    def add(name: str) -> None:
        for parent in nodes[name].get("depends_on", {}).get("nodes", ()):
            if parent in nodes and parent not in found:
                add(parent)
        found[name] = None

    for name in sorted(nodes):
        if name not in found:
            add(name)
    return list(found)


def _kept(data: DataFolder) -> Path:
    return data.work / "built.json"


def _journal(data: DataFolder) -> Path:
    """What a killed build leaves beside the warehouse file, with rows in it."""
    return data.warehouse.with_name(f"{data.warehouse.name}.wal")


def _read(data: DataFolder) -> Keys:
    """The keys of what the warehouse file holds; none when it is not the file that they were noted of."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        known = json.loads(_kept(data).read_text(encoding="utf-8"))
        if known["file"] == _state(data.warehouse) and not _journal(data).exists():
            return dict(known["keys"])
    return {}


def _state(file: Path) -> list[int]:
    """What tells this content of the file from another: whoever writes in it, or puts another in its place, changes
    some of it."""
    stat = file.stat()
    return [stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns]


def _digest(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
