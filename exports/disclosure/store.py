"""A control in one file: the annexes load it instead of working it out again, and a release leaves it to later ones.

Gzip-compressed JSON; the same control gives the same bytes. The file holds the true values of what is hidden, since
without them a later release could not tell which figures are still the same: it is as confidential as the full edition.
The policy is in it as text, so that a later change of `policy.yml` doesn't change what an old control says."""

import datetime as dt
import gzip
import json
from collections import defaultdict
from itertools import count
from pathlib import Path
from typing import Any

from exports.disclosure.control import Control
from exports.disclosure.geography import Geography
from exports.disclosure.policy import kept_policy
from exports.disclosure.releases.published import PublishedSystem
from exports.disclosure.scope import Scope
from exports.disclosure.system import CellId, System, Terms
from exports.figures.reading import Municipality
from orchestration.store.errors import TweError
from orchestration.store.files import replaced

_FORMAT = 1
_WATCHED, _HIDDEN, _EXEMPT = 1, 2, 4
_OF_SYSTEM = 9
"""Columns of `cells`; a control by cell keys has one more, with what is shown."""


class RegisterError(TweError):
    """A stored control can't be read. Without it nothing may be published about its years."""


def save(control: Control, path: Path) -> Path:
    """Write the control to `path` in one step, and return that path."""
    release, system = control.release, control.release.system
    names: defaultdict[str, int] = defaultdict(count().__next__)  # numbered as they come up
    cells = [
        (
            names[cell.population],
            cell.year,
            names[cell.place],
            names[cell.item],
            system.values[index],
            _WATCHED * system.watched[index] + _HIDDEN * (index in release.hidden) + _EXEMPT * (index in system.exempt),
            system.units[index],
            system.floors[index],
            system.costs[index],
            *([] if control.shown is None else [control.shown[cell]]),
        )
        for index, cell in enumerate(system.cells)
    ]
    content: dict[str, Any] = {
        "format": _FORMAT,
        "name": release.name,
        "as_of": release.as_of.isoformat(),
        "geography_date": release.geography_date.isoformat(),
        "passed": control.passed,
        "policy": control.policy.text,
        "policy_lines": control.policy_lines,
        "audit_lines": control.audit_lines,
        "municipalities": [list(vars(item).values()) for item in release.geography.municipalities],
        "scope": [
            [population, year, {item: sorted(levels) for item, levels in sorted(items.items())}]
            for (population, year), items in sorted(control.scope.items())
        ],
        "names": list(names),
        "cells": [list(column) for column in zip(*cells, strict=True)],
        "equations": [_signed(terms) for terms in system.equations],
        "bounds": [_signed(terms) for terms in system.bounds],
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with replaced(path) as temporary:  # not as an annex, which anybody may read: it holds the true figures
        temporary.write_bytes(gzip.compress(text.encode(), compresslevel=6, mtime=0))
    return path


def load(path: Path) -> Control:
    """The control in a file. Raises RegisterError when the file can't be read or is damaged."""
    try:
        data = json.loads(gzip.decompress(path.read_bytes()))
        if data["format"] != _FORMAT:
            raise ValueError(f"format {data['format']}")
        release = _release(data)
        scope: Scope = {
            (population, year): {item: set(levels) for item, levels in items.items()}
            for population, year, items in data["scope"]
        }
        policy_lines, audit_lines = tuple(data["policy_lines"]), tuple(data["audit_lines"])
        policy = kept_policy(data["policy"])
        shown = dict(zip(release.system.cells, _shown(data["cells"]), strict=True)) if policy.changes_by else None
        return Control(release, scope, policy, data["passed"], policy_lines, audit_lines, shown=shown)
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
        raise RegisterError(
            f"{path}: this disclosure control can't be read ({type(error).__name__}); control the question again, or, "
            "for a release, restore the file: without it nothing may be published about its years"
        ) from error


def _release(data: dict[str, Any]) -> PublishedSystem:
    names, hidden = data["names"], set()
    system = System(kept_policy(data["policy"]).threshold)
    for population, year, place, item, value, flags, unit, floor, cost in zip(*data["cells"][:_OF_SYSTEM], strict=True):
        cell = CellId(names[population], year, names[place], names[item])
        number = system.add(cell, value, cost=cost, unit=unit, floor=floor, watched=bool(flags & _WATCHED))
        if flags & _HIDDEN:
            hidden.add(number)
        if flags & _EXEMPT:
            system.exempt.add(number)
    system.equations, system.bounds = ([_terms(row) for row in data[name]] for name in ("equations", "bounds"))
    as_of, geography_date = (dt.date.fromisoformat(data[name]) for name in ("as_of", "geography_date"))
    geography = Geography(tuple(Municipality(*row) for row in data["municipalities"]))
    return PublishedSystem(data["name"], as_of, geography_date, geography, system, frozenset(hidden))


def _shown(columns: list[list[Any]]) -> list[int]:
    return [] if not columns else columns[_OF_SYSTEM]


def _signed(terms: Terms) -> list[int]:
    """Cell numbers from 1, negative where the factor is -1."""
    return [factor * (cell + 1) for cell, factor in terms]


def _terms(row: list[int]) -> Terms:
    return tuple((abs(cell) - 1, 1 if cell > 0 else -1) for cell in row)
