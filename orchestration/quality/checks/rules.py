"""Checks of `expectations/*.yml`: what the contract's reader rejects, and what YAML would silently read wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from expectations import contract
from expectations.contract import COMMON, ContractError
from orchestration.quality.checks.files import Places, read, whole_number
from orchestration.quality.checks.reference import CODE_COLUMNS, CODE_LISTS
from orchestration.store.yaml_models import Mistake

THOUSANDS = re.compile(r"\b(min|max|min_value|max_value): *([+-]?\d{1,3}\.\d{3})(?![\d.])")
"""A number as Flanders writes thousands, which YAML takes for decimals; no value here has three of those."""


def sources(places: Places) -> Iterator[Mistake]:
    """Every source, and the rules of all sources."""
    if any(_unreadable_codes(places)):
        return  # reported by the check of code_lists.csv already
    for path in sorted(places.expectations.glob("*.yml"), key=lambda path: (path.stem != COMMON, path)):
        yield from _thousands(path)
        try:
            if path.stem == COMMON:
                contract.common_file(places.expectations, places.seeds)
            else:
                contract.load(path.stem, places.expectations, places.seeds)
        except ContractError as error:
            yield from error.mistakes


def _unreadable_codes(places: Places) -> Iterator[Mistake]:
    """What keeps the contract's reader from reading the code lists at all."""
    rows, mistakes = read(places.seeds / CODE_LISTS, CODE_COLUMNS)
    yield from mistakes
    yield from (Mistake(CODE_LISTS, r.line, "sort_order") for r in rows if not whole_number(r["sort_order"]))


def _thousands(path: Path) -> Iterator[Mistake]:
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        if wrong := THOUSANDS.search(line.partition("#")[0]):
            yield Mistake(
                path.name,
                number,
                f"{wrong[1]} is read as {float(wrong[2]):g}, because a point is the decimal sign; write "
                f"{wrong[2].replace('.', '')}, or {float(wrong[2]):g} when that is meant",
            )
