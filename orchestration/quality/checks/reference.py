"""Checks of `code_lists.csv` and `class_sets.csv`: what the door and the models would silently take wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from orchestration.quality.checks.checking import Places, Problem
from orchestration.quality.checks.csv_tables import Row, read, whole_number

CODE_LISTS, CLASS_SETS = "code_lists.csv", "class_sets.csv"
CODE_COLUMNS = ("code_list", "source_code", "code", "label_nl", "sort_order")
CLASS_COLUMNS = ("class_set", "code", "label_nl", "lower_bound", "upper_bound", "sort_order")
UNKNOWN = "unknown"
WITH_UNKNOWN = ("gender", "schooling", "migration_background", "sector", "position")
"""Lists in which a missing value counts as onbekend."""


def _used(places: Places, macro: str) -> set[str]:
    """The lists or sets that the models look up."""
    models = (places.seeds.parent / "models").rglob("*.sql")
    pattern = re.compile(rf"{macro}\('\w+', '(\w+)'")
    return {name for path in models for name in pattern.findall(path.read_text(encoding="utf-8"))}


def _grouped(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    ordered = sorted(rows, key=lambda row: row[column])
    return {name: list(own) for name, own in groupby(ordered, key=lambda row: row[column])}


def _common(rows: Sequence[Row], file: str) -> Iterator[Problem]:
    """What every row needs."""
    for row in rows:
        if not row["code"]:
            yield Problem(file, row.line, "has no code; give the code that the marts shall show")
        if not row["label_nl"]:
            yield Problem(file, row.line, f"code {row['code']!r} has no label_nl; give the Dutch label")
        if not whole_number(row["sort_order"]):
            yield Problem(file, row.line, f"sort_order {row['sort_order']!r} is no whole number from 1 on")


def code_lists(places: Places) -> Iterator[Problem]:
    """Codes as deliveries write them, the codes of the marts, labels and order."""
    rows, problems = read(places.seeds / CODE_LISTS, CODE_COLUMNS)
    yield from problems
    if not rows:
        return
    yield from _common(rows, CODE_LISTS)
    lists = _grouped(rows, "code_list")
    for name, own in lists.items():
        yield from _code_list(name, own)
    for name in sorted(_used(places, "join_code") - set(lists)):
        yield Problem(CODE_LISTS, None, f"the list {name!r} is gone, and a model needs it; restore it")
    for name in WITH_UNKNOWN:
        if name in lists and not any(r["code"] == UNKNOWN and not r["source_code"] for r in lists[name]):
            yield Problem(
                CODE_LISTS,
                None,
                f"list {name!r} lacks the row {name},,unknown,Onbekend,<order> for missing values",
            )
    grouped = {row["source_code"] for row in lists.get("action_group", [])}
    for row in lists.get("action_type", []):
        if row["source_code"] not in grouped:
            yield Problem(
                CODE_LISTS,
                row.line,
                f"{row['source_code']!r} has no row in list action_group, so such an action would count as nothing; "
                "add one with the code training, workplace_learning or guidance",
            )


def _code_list(name: str, rows: Sequence[Row]) -> Iterator[Problem]:
    labels: dict[str, str] = {}
    orders: dict[str, str] = {}
    seen: set[str] = set()
    for row in rows:
        source, code = row["source_code"], row["code"]
        if source != source.upper():
            yield Problem(CODE_LISTS, row.line, f"source_code {source!r} must be in upper case, as the lake keeps it")
        if not re.fullmatch(r"[a-z0-9_]*", code):
            yield Problem(CODE_LISTS, row.line, f"code {code!r} must be a-z, 0-9 and _, as the marts show it")
        if source in seen and source:
            yield Problem(CODE_LISTS, row.line, f"source_code {source!r} stands twice in list {name!r}; keep one")
        seen.add(source)
        if labels.setdefault(code, row["label_nl"]) != row["label_nl"]:
            yield Problem(CODE_LISTS, row.line, f"code {code!r} has two labels in list {name!r}; give one")
        if orders.setdefault(row["sort_order"], code) != code:
            yield Problem(
                CODE_LISTS, row.line, f"sort_order {row['sort_order']} stands twice in list {name!r}; number them anew"
            )
    unknown = [row for row in rows if row["code"] == UNKNOWN]
    numbers = [n for row in rows if (n := whole_number(row["sort_order"]))]
    if unknown and numbers and whole_number(unknown[0]["sort_order"]) != max(numbers):
        yield Problem(
            CODE_LISTS, unknown[0].line, f"`unknown` is not the last of list {name!r}; give it the last order"
        )


def class_sets(places: Places) -> Iterator[Problem]:
    """Classes follow each other without gap or overlap, from 0 to open, and end on `unknown`."""
    rows, problems = read(places.seeds / CLASS_SETS, CLASS_COLUMNS)
    yield from problems
    if not rows:
        return
    yield from _common(rows, CLASS_SETS)
    sets = _grouped(rows, "class_set")
    for name, own in sets.items():
        yield from _class_set(name, own)
    for name in sorted(_used(places, "join_class") - set(sets)):
        yield Problem(CLASS_SETS, None, f"the set {name!r} is gone, and a model needs it; restore it")


def _class_set(name: str, rows: Sequence[Row]) -> Iterator[Problem]:
    for codes in _grouped(rows, "code").values():
        if len(codes) > 1:
            yield Problem(
                CLASS_SETS, codes[1].line, f"code {codes[1]['code']!r} stands twice in set {name!r}; keep one"
            )
    unknown = [row for row in rows if row["code"] == UNKNOWN]
    classes = [row for row in rows if row["code"] != UNKNOWN]
    if len(unknown) != 1 or unknown[0]["lower_bound"] or unknown[0]["upper_bound"]:
        yield Problem(CLASS_SETS, None, f"set {name!r} needs one row `unknown` without bounds, for missing values")
    bounds = []
    for row in classes:
        low = whole_number(row["lower_bound"])
        high = whole_number(row["upper_bound"]) if row["upper_bound"] else None
        if low is None or (row["upper_bound"] and high is None):
            yield Problem(
                CLASS_SETS, row.line, f"class {row['code']!r} needs whole numbers as bounds (upper may be empty)"
            )
            return
        bounds.append((low, high, row))
    bounds.sort(key=lambda item: item[0])
    if bounds and bounds[0][0] != 0:
        first = bounds[0]
        yield Problem(CLASS_SETS, first[2].line, f"set {name!r} begins at {first[0]}; the first class begins at 0")
    for low, high, row in bounds:
        if high is not None and high < low:
            yield Problem(CLASS_SETS, row.line, f"class {row['code']!r} ends at {high}, before it begins at {low}")
    for (_, high, before), (low, _, row) in pairwise(bounds):
        if high is None or low <= high:
            yield Problem(
                CLASS_SETS, row.line, f"class {row['code']!r} overlaps {before['code']!r}; close that one below {low}"
            )
        elif low > high + 1:
            yield Problem(
                CLASS_SETS, row.line, f"gap between {before['code']!r} (to {high}) and {row['code']!r} (from {low})"
            )
    if bounds and bounds[-1][1] is not None:
        yield Problem(
            CLASS_SETS, bounds[-1][2].line, f"the last class of set {name!r} must be open; leave upper_bound empty"
        )
    orders = [whole_number(row["sort_order"]) or 0 for _, _, row in bounds] + [
        whole_number(row["sort_order"]) or 0 for row in unknown
    ]
    if any(a >= b for a, b in pairwise(orders)):
        yield Problem(CLASS_SETS, None, f"sort_order of set {name!r} does not rise with the bounds, `unknown` last")
