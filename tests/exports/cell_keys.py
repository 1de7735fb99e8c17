"""Cell keys for the tests: the policy with another method, and sums of keys for a publication without facts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from exports.disclosure import policy
from exports.disclosure.cell_key.keys import secrets
from exports.disclosure.policy import Policy, kept_policy
from exports.figures.reading import PublicationReader
from orchestration.store.paths import DataFolder
from orchestration.warehouse import key_sums, publication
from tests.support.deliveries import KEY

SECRET = b"the secret of the tests, for draws of cells"


def policy_of(table: str = "within_two", method: str = "cell_key") -> Policy:
    """The policy of the project with this method and table."""
    text = policy.FILE.read_text(encoding="utf-8").replace("\nmethod: suppression", f"\nmethod: {method}")
    return kept_policy(text.replace("\ntable: within_two", f"\ntable: {table}"))


def policy_file(folder: Path, table: str = "within_two", method: str = "cell_key") -> Path:
    """The same, as a file."""
    path = folder / f"policy_{method}_{table}.yml"
    path.write_text(policy_of(table, method).text, encoding="utf-8")
    return path


class EverybodyAlike:
    """Sums of keys of a publication in which everybody has the same key."""

    def __init__(self, publication: PublicationReader, key: int = 1_000_003) -> None:
        self._publication, self._key = publication, key

    def rows(self, relation: str, columns: Sequence[str], *, where: dict[str, Any] | None = None) -> list[tuple]:
        rows = self._publication.rows(relation, columns, where=where)
        counted = {at for at, name in enumerate(columns) if name not in _NAMING}
        return [tuple(self._of(value) if at in counted else value for at, value in enumerate(row)) for row in rows]

    def _of(self, value: object) -> object:
        return value if isinstance(value, str) or value is None else value * self._key


_NAMING = {"year", "nis_code", "expected_months", "characteristic", "category", "basis", "ending", "duration_class"}
_NAMING.add("position")


def write_key_sums(data: DataFolder) -> None:
    """The sums of keys of the newest publication of a data folder of the tests, as a run under cell keys makes them."""
    found = publication.current(data)
    assert found
    key_sums.write(data, found.path, secrets(KEY))


def write_sums(folder: Path, publication: Path, key: int = 1_000_003) -> None:
    """The sums of keys of a publication in which everybody has the same key, where `key_sums.of` looks for them."""
    folder.mkdir(parents=True)
    with duckdb.connect() as con:
        for path in sorted(publication.glob("mart_*.parquet")):
            columns = [name for name, *_ in con.execute(f"describe from '{path}'").fetchall()]
            kept = [name for name in columns if name not in ("municipality", "province", "is_centre_city")]
            chosen = [name if name in _NAMING else f"{name} * {key} as {name}" for name in kept]
            con.execute(f"copy (select {', '.join(chosen)} from '{path}') to '{folder / path.name}'")
    (folder / "about.json").write_text(json.dumps({"cells": SECRET.hex(), "clients": str(key)}), encoding="ascii")
