"""Public documents that were written, may not be handed out any more and were not released: taken away, and known by
their content afterwards, so that a copy of one is told from a document that may be handed out."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from orchestration.store.files import digest, replaced
from orchestration.store.paths import DataFolder


def take_away(data: DataFolder, files: Iterable[Path], why: str) -> list[Path]:
    """Remove those of `files` that are there, each with its tables in CSV; returns them. `why` is told of a copy."""
    found = [path for path in files if path.is_file()]
    if not found:
        return []
    loose = [path.with_name(f"{path.stem}_csv") for path in found]
    tables = [table for folder in loose for table in sorted(folder.glob("*.csv"))]
    known = _read(data) | {digest(path): [path.name, why] for path in (*found, *tables)}
    with replaced(data.withdrawn) as temporary:  # known before it is gone
        temporary.write_text(json.dumps(known, indent=1), encoding="utf-8")
    for path in found:
        path.unlink()
    for folder in loose:
        shutil.rmtree(folder, ignore_errors=True)
    return found


def reason(data: DataFolder, sha256: str) -> str:
    """Why the document with this SHA-256 was taken away; "" for one that never was."""
    return str(_read(data).get(sha256, ("", ""))[1])


def _read(data: DataFolder) -> dict[str, Any]:
    return json.loads(data.withdrawn.read_text(encoding="utf-8")) if data.withdrawn.exists() else {}
