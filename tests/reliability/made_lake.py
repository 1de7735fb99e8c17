"""The marts of a made lake, without a run: files through the door, then the models' SQL as dbt compiled it.

dbt compiles once per folder; after that a set of deliveries costs about a second, so that a law can be tried on many.
"""

import datetime as dt
import json
import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from expectations import contract
from orchestration.ingest import ledger, storage
from orchestration.quality.senders import rows_by_ocmw
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal
from orchestration.warehouse import dbt, publication
from orchestration.warehouse.publication import Publication
from orchestration.warehouse.run_dates import RunDates, write_run_settings
from tests.support.deliveries import load

Rows = list[tuple[Any, ...]]


class MadeLake:
    """A data folder whose deliveries can be exchanged for others."""

    def __init__(self, root: Path) -> None:
        self.data = DataFolder(root)
        self._delivered = frozenset[Path]()
        self._empty()
        self._date(RunDates(dt.date(2026, 1, 1), dt.date(2026, 1, 1), True))
        dbt.invoke(self.data, ["build", "--exclude-resource-types", "test", "unit_test"])
        manifest = json.loads((dbt.target(self.data) / "manifest.json").read_text(encoding="utf-8"))
        models = {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}
        order = TopologicalSorter({name: models.keys() & set(manifest["parent_map"][name]) for name in models})
        self._models = [models[name] for name in order.static_order()]

    def deliver(self, files: Iterable[Path]) -> None:
        """Takes these deliveries through the door, and only these: what was there is gone."""
        files = frozenset(files)
        if files == self._delivered:
            return
        self._empty()
        self._delivered = files
        by_source = defaultdict[str, list[Path]](list)
        for file in sorted(files, key=lambda path: (path.stem.split("_2", 1)[1], path.name)):
            by_source[file.stem.split("_2", 1)[0]].append(file)
        for paths in by_source.values():
            load(self.data, *paths)

    def marts(self, as_of: dt.date, geography_date: dt.date | None = None) -> dict[str, Rows]:
        """Every row of every mart that counts people or their trajectories, in an order of its own."""
        with self.built(as_of, geography_date) as con:
            names = [model["name"] for model in self._models if model["name"].startswith("mart_")]
            return {name: con.execute(f"from marts.{name} order by all").fetchall() for name in names}

    def built(self, as_of: dt.date, geography_date: dt.date | None = None) -> duckdb.DuckDBPyConnection:
        """The warehouse with all models built for these dates."""
        self._date(RunDates(as_of, geography_date or as_of, True))
        con = duckdb.connect(str(self.data.warehouse))
        con.execute(f"set file_search_path = {literal(self.data.root)}")
        con.execute("set TimeZone = 'UTC'; set preserve_insertion_order = false")
        for model in self._models:
            kind = "view" if model["config"]["materialized"] == "view" else "table"
            con.execute(f"create or replace {kind} {model['schema']}.{model['name']} as {model['compiled_code']}")
        return con

    def published(self, as_of: dt.date) -> Publication:
        """The publication of what was delivered."""
        self.built(as_of).close()
        return publication.publish(self.data, RunDates(as_of, as_of, True), ledger.read(self.data.ledger), "duckdb")[0]

    def _empty(self) -> None:
        for folder in (self.data.lake, self.data.quarantine, self.data.ledger.parent):
            shutil.rmtree(folder, ignore_errors=True)
        storage.ensure_empty(self.data.lake, map(contract.load, contract.sources()))
        ledger.append(self.data.ledger, [])

    def _date(self, dates: RunDates) -> None:
        write_run_settings(self.data.run_settings, dates)
        if not self.data.rows_by_ocmw.exists():
            rows_by_ocmw.write(self.data, self.data.rows_by_ocmw, dates.as_of, dates.geography_date)


def counted(rows: Rows, columns: Sequence[str], by: Sequence[str], what: str) -> dict[tuple[Any, ...], Any]:
    """The sum of a column over rows that are equal in some others; no sum of nought."""
    found = defaultdict[tuple[Any, ...], Any](int)
    for row in rows:
        named = dict(zip(columns, row, strict=True))
        found[tuple(named[name] for name in by)] += named[what]
    return {key: value for key, value in found.items() if value}
