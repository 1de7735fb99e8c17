"""Mutants of the YAML rules and of the code lists, in their text."""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator

from tests.mutants import sql_text
from tests.mutants.mutant import Mutant

Change = tuple[int, int, str, str]
SWAPS = (
    ("severity", r"(?<=on_fail: )warn\b", ("reject",)),
    ("severity", r"(?<=on_fail: )reject\b", ("warn",)),
    ("bound", r"(?<=or_equal: )true", ("false",)),
    ("bound", r"(?<=strict_min: )true|(?<=strict_max: )true", ("false",)),
    ("required", r", required: true", ("",)),
    (
        "required",
        r"(?<=\{type: )(\w+)(?=, (?!required|code_list: \w+, required)[^\n]*)(?=[^\n]*)",
        (r"\1, required: true",),
    ),
    ("expectation", r"values_to_not_be_null", ("values_to_be_null",)),
    ("expectation", r"values_to_be_null", ("values_to_not_be_null",)),
    ("expectation", r"values_to_not_be_in_set", ("values_to_be_in_set",)),
    ("condition", r"\n    only_if: \{[^}]*\}", ("",)),
    ("condition", r"(?<=is: )BETALING", ("CORRECTIE",)),
    ("condition", r"(?<=is: )CORRECTIE", ("BETALING",)),
    ("bound dropped", r", (min|max): [\w-]+", ("",)),
    ("bound dropped", r"\n    strict_min: true", ("",)),
    ("derived", r"completed_months\(startdatum, (\w+)\)", (r"completed_months(\1, startdatum)",)),
    ("derived", r"last_day\((\w+)\)", (r"\1",)),
    ("derived", r"(?<=interval ')10(?=' year)", ("9", "11")),
    ("key", r"(?<=key: \[)(\w+), (\w+)", (r"\1", r"\2")),
    ("rhythm", r"(?<=every: )month", ("week",)),
)
NUMBER = re.compile(
    r"(?:(?<=min: )|(?<=max: )|(?<=min_value: )|(?<=max_value: )|(?<=_days: )|(?<=value_set: \[))-?\d+(?![\d-])"
)
DAY = re.compile(r"(?:(?<=min: )|(?<=max: ))\d{4}-\d\d-\d\d")
RULE = re.compile(r"  - name: \w+\n(?:    [^\n]*\n)+")


def of_yaml(file: str, text: str) -> Iterator[Mutant]:
    """Every rule dropped, loosened, tightened and of the other severity; columns that are required or not, bounds."""
    seen = set()
    for start, end, new, kind in sorted(_of_yaml(text)):
        mutated = text[:start] + new + text[end:]
        if mutated != text and mutated not in seen:
            seen.add(mutated)
            yield Mutant(file, start, end, new, kind)


def _of_yaml(text: str) -> Iterator[Change]:
    for kind, pattern, news in SWAPS:
        for match in re.finditer(pattern, text):
            if kind != "severity":
                yield from ((*match.span(), match.expand(new), kind) for new in news)
    for match in NUMBER.finditer(text):
        yield from ((*match.span(), str(int(match.group()) + step), "number") for step in (1, -1))
    for match in DAY.finditer(text):
        day = dt.date.fromisoformat(match.group())
        yield from ((*match.span(), str(day + dt.timedelta(days=step)), "number") for step in (1, -1))
    for match in RULE.finditer(text):
        block = match.group()
        yield (*match.span(), "", "rule dropped")
        # A rule that rejects may not say that the row is loaded.
        for old, new in (("warn", "reject"), ("reject", "warn")):
            if f"on_fail: {old}" in block:
                changed = block.replace(f"on_fail: {old}", f"on_fail: {new}").replace("geladen", "gelezen")
                yield (*match.span(), changed, "severity")
        pair = re.search(r"column_A: (\w+)\n    column_B: (\w+)", block)
        if pair:
            swapped = f"column_A: {pair[2]}\n    column_B: {pair[1]}"
            yield match.start() + pair.start(), match.start() + pair.end(), swapped, "columns swapped"
        query = re.search(r"unexpected_rows_query: >\n((?:      [^\n]*\n)+)", block)
        if query:
            for mutant in sql_text.mutants("", query[1]):
                offset = match.start() + query.start(1)
                yield offset + mutant.start, offset + mutant.end, mutant.new, mutant.kind


def of_table(file: str, text: str) -> Iterator[Mutant]:
    """Every row of a code list or a set of classes dropped, and its codes, bounds and order changed."""
    lines = text.splitlines(keepends=True)
    header = next(csv.reader(io.StringIO(lines[0])))
    start = len(lines[0])
    for line in lines[1:]:
        row = next(csv.reader(io.StringIO(line)))
        yield Mutant(file, start, start + len(line), "", "row dropped")
        for place, column in enumerate(header):
            for value in _others(column, row[place], row[0]):
                cells = [*row[:place], value, *row[place + 1 :]]
                out = io.StringIO()
                csv.writer(out, lineterminator="\n").writerow(cells)
                if '"' not in line:
                    yield Mutant(file, start, start + len(line), out.getvalue(), f"{column} changed")
        start += len(line)


def _others(column: str, value: str, of_list: str) -> list[str]:
    """Labels and their order are words; only the order of positions decides about a figure."""
    if not value or column == "label_nl" or (column == "sort_order" and of_list != "position"):
        return []
    if column in ("lower_bound", "upper_bound", "sort_order"):
        return [str(int(value) + step) for step in (1, -1)]
    return [value + "X"]
