"""What was counted of the rows of a source, kept until something changes that it follows from. A delivery changes one
source; to count the rows of the nine others again would take longer than to load it.

What is kept are counts by file, rule and OCMW, and never a value of a row. When the file is gone or damaged, everything
is counted anew.
"""

import datetime as dt
import hashlib
import json
from contextlib import suppress
from functools import cached_property
from typing import Any, TypeVar

import duckdb
from pydantic import TypeAdapter

from expectations.contract import SourceContract
from orchestration.ingest import ledger
from orchestration.ingest.ledger import Entry
from orchestration.store.files import digest, replaced
from orchestration.store.paths import SEEDS, DataFolder
from orchestration.warehouse.code_version import counts_digest

Found = TypeVar("Found")
PLACES = "trajecten"
"""The source that says which OCMW a trajectory is of; rows of the others are counted under it."""


class KeptCounts:
    """What was counted in a data folder, by a name for what it is, such as `cases of trajecten`."""

    def __init__(self, data: DataFolder) -> None:
        self._data, self._path = data, data.kept_counts
        self._known: dict[str, tuple[str, Any]] = {}
        with suppress(OSError, ValueError):
            known = json.loads(self._path.read_bytes())
            if isinstance(known, dict):
                self._known = known
        self._changed = False

    def get(self, name: str, facts: list[Any], kind: TypeAdapter[Found]) -> Found | None:
        """What was counted under this name, when it followed from the same `facts`. `kind` reads it from JSON."""
        with suppress(ValueError, TypeError):
            before, found = self._known.get(name, ("", None))
            return kind.validate_python(found) if before == _digest(facts) else None
        return None

    def put(self, name: str, facts: list[Any], found: Found, kind: TypeAdapter[Found]) -> None:
        """Keeps what was counted now, instead of what was counted under this name before."""
        self._known[name] = _digest(facts), kind.dump_python(found, mode="json")
        self._changed = True

    def save(self) -> None:
        """Writes the file in one step, if anything was counted anew. The caller holds the lock."""
        if self._changed:
            with replaced(self._path) as temporary:
                temporary.write_text(json.dumps(self._known, separators=(",", ":")), encoding="utf-8")

    def follows_from(self, source: SourceContract, as_of: dt.date | None = None) -> list[Any]:
        """What the rows of a source that exist at as_of, and what became of them, follow from: code, rules,
        municipalities, and the files of the source and of `PLACES` by their sizes and times. Reviews and what the
        warehouse found are not in it."""
        files = [
            [e.delivery_id, e.file_name, str(e.delivered_on), *self._state(e)]
            for e in ledger.accepted_until(self.entries, as_of or dt.date.max)
            if e.source in (source.source, PLACES)
        ]
        return [*self._tools, source.version, files]

    @cached_property
    def entries(self) -> list[Entry]:
        """The ledger."""
        return ledger.read(self._data.ledger)

    @cached_property
    def _tools(self) -> list[str]:
        return [counts_digest(), duckdb.__version__, *map(digest, sorted(SEEDS.glob("*.csv")))]

    def _state(self, entry: Entry) -> list[int]:
        found: list[int] = []
        for folder in (self._data.lake, self._data.quarantine):
            try:
                there = (folder / entry.source / f"{entry.delivery_id}.parquet").stat()
            except FileNotFoundError:
                found += [0, 0]
            else:
                found += [there.st_size, there.st_mtime_ns]
        return found


def _digest(facts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(facts, separators=(",", ":")).encode()).hexdigest()
