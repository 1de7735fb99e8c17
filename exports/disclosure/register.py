"""The register of releases: what was published when, with the true values of what was hidden.

One file per release, gzip-compressed JSON, with every cell that wasn't 0: its value and whether it was hidden. It is as
confidential as the full edition and belongs with it. Without the true values a later release could not tell which
figures are still the same.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports.disclosure.collect import Collected
from exports.disclosure.system import CellId
from exports.reading import Facts, Municipality

_SUFFIX = ".release.json.gz"


class RegisterError(Exception):
    """A file of the register can't be read. Without it nothing may be published."""


@dataclass(frozen=True)
class Release:
    """What one release published. `marts`: which marts each (population, year) came from."""

    name: str
    as_of: dt.date
    geography_date: dt.date
    municipalities: tuple[Municipality, ...]
    marts: tuple[tuple[str, int, tuple[str, ...]], ...]
    units: tuple[tuple[str, int, int, int], ...]
    cells: tuple[tuple[CellId, int, bool], ...]
    hidden_amounts: tuple[tuple[str, int, str], ...] = ()


def make_release(
    name: str,
    facts: Facts,
    collected: Collected,
    hidden: frozenset[CellId],
    hidden_amounts: frozenset[tuple[str, int, str]],
) -> Release:
    """The release that is about to be published, for the register."""
    system = collected.system
    blocks = sorted(collected.blocks)
    return Release(
        name=name,
        as_of=facts.as_of,
        geography_date=facts.geography_date,
        municipalities=collected.geography.municipalities,
        marts=tuple((*key, collected.marts[key]) for key in blocks),
        units=tuple((*key, collected.blocks[key].unit, collected.blocks[key].floor) for key in blocks),
        cells=tuple((cell, value, cell in hidden) for cell, value in zip(system.cells, system.values, strict=True)),
        hidden_amounts=tuple(sorted(hidden_amounts)),
    )


def file_name(release: Release) -> str:
    """The name under which the register keeps a release: the same question, dates and figures give the same name."""
    return f"{release.name}_{release.as_of:%Y-%m-%d}_geo-{release.geography_date:%Y-%m-%d}{_SUFFIX}"


def write_release(folder: Path, release: Release) -> Path:
    """Add a release to the register (or replace the one with its name), atomically."""
    content: dict[str, Any] = {
        "name": release.name,
        "as_of": release.as_of.isoformat(),
        "geography_date": release.geography_date.isoformat(),
        "municipalities": [list(vars(item).values()) for item in release.municipalities],
        "marts": release.marts,
        "units": release.units,
        "cells": [[*cell, value, hidden] for cell, value, hidden in release.cells],
        "hidden_amounts": release.hidden_amounts,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / file_name(release)
    scratch = path.with_suffix(".part")
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    scratch.write_bytes(gzip.compress(text.encode(), compresslevel=6, mtime=0))
    scratch.replace(path)
    return path


def read_release(path: Path) -> Release:
    """One release. Raises RegisterError when the file isn't whole."""
    try:
        data = json.loads(gzip.decompress(path.read_bytes()))
        return Release(
            name=data["name"],
            as_of=dt.date.fromisoformat(data["as_of"]),
            geography_date=dt.date.fromisoformat(data["geography_date"]),
            municipalities=tuple(Municipality(*row) for row in data["municipalities"]),
            marts=tuple((population, year, tuple(marts)) for population, year, marts in data["marts"]),
            units=tuple((row[0], row[1], row[2], row[3]) for row in data["units"]),
            cells=tuple((CellId(*row[:4]), row[4], row[5]) for row in data["cells"]),
            hidden_amounts=tuple((row[0], row[1], row[2]) for row in data["hidden_amounts"]),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
        raise RegisterError(
            f"{path}: this release can't be read ({type(error).__name__}); restore the file, or publish nothing "
            "about its years"
        ) from error


def read_register(folder: Path) -> list[Release]:
    """All releases of the register, oldest first."""
    if not folder.is_dir():
        return []
    releases = [read_release(path) for path in sorted(folder.glob(f"*{_SUFFIX}"))]
    return sorted(releases, key=lambda release: (release.as_of, release.geography_date, release.name))
