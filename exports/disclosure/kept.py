"""What was found about the parts of a system, kept from one control to the next: the same part isn't solved again.

A part shares no equation or bound with the rest of its system. Which of its cells must be hidden, and whether the audit
passes, follows from what stands in the part, from the code and from the solver, and from nothing else. So the outcome
goes by the digest of all that. A control that finds it gives the same bytes as one that solves everything.

The file holds cell numbers and possible values, not what they count, and is as confidential as a control. When it is
gone or damaged everything is solved again."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from orchestration.store.files import replaced

MOST = 3_000
"""Outcomes in the file: those used last. A control of national size has about 240."""
_FORMAT = 1


class KeptParts:
    """Outcomes by the digest of what they follow from. `made_by` is the digest of the code and of the policy.

    Without a path it lasts as long as the object. What is found is JSON, the same whether it was kept or made."""

    def __init__(self, path: Path | None = None, made_by: str = "") -> None:
        self._path = path
        solver = [f"{name} {metadata.version(name)}" for name in ("highspy", "numpy")]
        self._made_by = json.dumps([_FORMAT, made_by, solver])
        self._outcomes: dict[str, Any] = {}
        self._used: dict[str, Any] = {}
        self.made = 0
        """How many outcomes were made rather than found."""
        if path is not None and path.exists():
            try:
                self._outcomes = dict(json.loads(gzip.decompress(path.read_bytes())))
            except (OSError, EOFError, ValueError, TypeError, zlib.error):
                self._outcomes = {}

    def outcome(self, facts: list[Any], make: Callable[[], Any]) -> Any:
        """What was found before for these facts, or else what `make` finds now."""
        key = hashlib.sha256(f"{self._made_by}{json.dumps(facts, separators=(',', ':'))}".encode()).hexdigest()
        found = self._used.get(key, self._outcomes.get(key))
        if found is None:
            found = make()
            self.made += 1
        self._used[key] = found
        return found

    def save(self) -> None:
        """Write the file in one step, the outcomes used last at its end. Only its owner can read it."""
        if self._path is None or not self._used:
            return
        left = {key: found for key, found in self._outcomes.items() if key not in self._used}
        newest = [*left.items(), *self._used.items()][-MOST:]
        content = gzip.compress(json.dumps(newest, separators=(",", ":")).encode(), compresslevel=6, mtime=0)
        with replaced(self._path) as temporary:
            temporary.touch(mode=0o600)
            temporary.write_bytes(content)
