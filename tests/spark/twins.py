"""Two data folders with the same deliveries, one for each engine, and what their publications differ in.

A table of a publication is the same when its file is: rows are sorted before they are written, and the digest of every
file is in the publication. So the means and shares must agree to the last bit.
"""

import shutil
from pathlib import Path

import duckdb

from orchestration.store.paths import DataFolder
from orchestration.store.sql import read_parquet
from orchestration.warehouse.publication import Publication

MADE_OF_DELIVERIES = ("inbox", "lake", "ledger", "quarantine")
SHOWN = 3


def twin(data: DataFolder, folder: Path) -> DataFolder:
    """A new data folder with the deliveries of another one, loaded as they are there, of which nothing was built."""
    folder.mkdir(parents=True)
    for name in MADE_OF_DELIVERIES:
        if (data.root / name).is_dir():
            shutil.copytree(data.root / name, folder / name, symlinks=True)
    return DataFolder(folder)


def differences(one: Publication, other: Publication) -> list[str]:
    """A line for each table that is not the same in both, with some rows of aggregates that are in one alone."""
    names = sorted(one.tables.keys() | other.tables.keys())
    return [_difference(name, one, other) for name in names if one.tables.get(name) != other.tables.get(name)]


def _difference(name: str, one: Publication, other: Publication) -> str:
    if not (name in one.tables and name in other.tables):
        return f"{name}: in one publication only"
    first, second = (f"from {read_parquet(made.path / f'{name}.parquet')}" for made in (one, other))
    with duckdb.connect() as con:
        types = [con.execute(f"describe {relation}").fetchall() for relation in (first, second)]
        if types[0] != types[1]:
            return f"{name}: the columns differ: {[pair for pair in zip(*types, strict=False) if pair[0] != pair[1]]}"
        here, there = (
            con.execute(f"({a} except all {b}) order by all").fetchall() for a, b in ((first, second), (second, first))
        )
    rows = zip(here[:SHOWN], there[:SHOWN], strict=False)
    shown = "".join(f"\n    {a}\n    {b}" for a, b in rows) if name.startswith("mart_") else ""
    return f"{name}: {len(here)} and {len(there)} rows are in one alone{shown}"
