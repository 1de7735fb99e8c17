"""Checks of the reference tables (dbt seeds): what `ingest` and the models would silently take wrong.

Code lists, class sets, municipalities with their dates and successors, and the list of their mergers.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from orchestration.quality.checks.files import Places, Row, read, whole_number
from orchestration.store.yaml_models import Mistake

CODE_LISTS, CLASS_SETS = "code_lists.csv", "class_sets.csv"
CODE_HEADER = "code_list,source_code,code,label_nl,sort_order"
CLASS_HEADER = "class_set,code,label_nl,lower_bound,upper_bound,sort_order"
UNKNOWN = "unknown"
WITH_UNKNOWN = ("gender", "schooling", "migration_background", "sector", "position")
"""Lists in which a missing value counts as onbekend."""
MUNICIPALITIES, MERGES = "municipalities.csv", "municipality_merges.csv"
MUNICIPALITY_HEADER = (
    "nis_code,municipality,valid_from,valid_to,successor_nis_code,province,arrondissement,is_centre_city,longitude,"
    "latitude"
)
MERGE_HEADER = "predecessor_nis_code,successor_nis_code,merge_date"
AREA = {"longitude": (2.5, 6.0), "latitude": (50.6, 51.6)}
"""Where Flanders lies, in degrees (WGS84)."""


def _used(places: Places, macro: str) -> set[str]:
    """The lists or sets that the models look up."""
    models = (places.seeds.parent / "models").rglob("*.sql")
    pattern = re.compile(rf"{macro}\('\w+', '(\w+)'")
    return {name for path in models for name in pattern.findall(path.read_text(encoding="utf-8"))}


def _grouped(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    ordered = sorted(rows, key=lambda row: row[column])
    return {name: list(own) for name, own in groupby(ordered, key=lambda row: row[column])}


def _common(rows: Sequence[Row]) -> Iterator[Mistake]:
    """What every row needs."""
    for row in rows:
        if not row["code"]:
            yield row.mistake("has no code; give the code that the marts shall show")
        if not row["label_nl"]:
            yield row.mistake(f"code {row['code']!r} has no label_nl; give the Dutch label")
        if not whole_number(row["sort_order"]):
            yield row.mistake(f"sort_order {row['sort_order']!r} is no whole number from 1 on")


def code_lists(places: Places) -> Iterator[Mistake]:
    """Codes as deliveries write them, the codes of the marts, labels and order."""
    rows, mistakes = read(places.seeds / CODE_LISTS, CODE_HEADER)
    yield from mistakes
    if not rows:
        return
    yield from _common(rows)
    lists = _grouped(rows, "code_list")
    for name, own in lists.items():
        yield from _code_list(name, own)
    for name in sorted(_used(places, "join_code") - set(lists)):
        yield Mistake(CODE_LISTS, None, f"the list {name!r} is gone, and a model needs it; restore it")
    for name in WITH_UNKNOWN:
        if name in lists and not any(r["code"] == UNKNOWN and not r["source_code"] for r in lists[name]):
            what = f"list {name!r} lacks the row {name},,unknown,Onbekend,<order> for missing values"
            yield Mistake(CODE_LISTS, None, what)
    grouped = {row["source_code"] for row in lists.get("action_group", [])}
    for row in lists.get("action_type", []):
        if row["source_code"] not in grouped:
            yield row.mistake(
                f"{row['source_code']!r} has no row in list action_group, so such an action would count as nothing; "
                "add one with the code training, workplace_learning or guidance"
            )


def _code_list(name: str, rows: Sequence[Row]) -> Iterator[Mistake]:
    labels: dict[str, str] = {}
    orders: dict[str, str] = {}
    seen: set[str] = set()
    for row in rows:
        source, code = row["source_code"], row["code"]
        if source != source.upper():
            yield row.mistake(f"source_code {source!r} must be in upper case, as the lake keeps it")
        if not re.fullmatch(r"[a-z0-9_]*", code):
            yield row.mistake(f"code {code!r} must be a-z, 0-9 and _, as the marts show it")
        if source in seen and source:
            yield row.mistake(f"source_code {source!r} stands twice in list {name!r}; keep one")
        seen.add(source)
        if labels.setdefault(code, row["label_nl"]) != row["label_nl"]:
            yield row.mistake(f"code {code!r} has two labels in list {name!r}; give one")
        if orders.setdefault(row["sort_order"], code) != code:
            yield row.mistake(f"sort_order {row['sort_order']} stands twice in list {name!r}; number them anew")
    unknown = [row for row in rows if row["code"] == UNKNOWN]
    numbers = [n for row in rows if (n := whole_number(row["sort_order"]))]
    if unknown and numbers and whole_number(unknown[0]["sort_order"]) != max(numbers):
        yield unknown[0].mistake(f"`unknown` is not the last of list {name!r}; give it the last order")


def class_sets(places: Places) -> Iterator[Mistake]:
    """Classes follow each other without gap or overlap, from 0 to open, and end on `unknown`."""
    rows, mistakes = read(places.seeds / CLASS_SETS, CLASS_HEADER)
    yield from mistakes
    if not rows:
        return
    yield from _common(rows)
    sets = _grouped(rows, "class_set")
    for name, own in sets.items():
        yield from _class_set(name, own)
    for name in sorted(_used(places, "join_class") - set(sets)):
        yield Mistake(CLASS_SETS, None, f"the set {name!r} is gone, and a model needs it; restore it")


def _class_set(name: str, rows: Sequence[Row]) -> Iterator[Mistake]:
    for codes in _grouped(rows, "code").values():
        if len(codes) > 1:
            yield codes[1].mistake(f"code {codes[1]['code']!r} stands twice in set {name!r}; keep one")
    unknown = [row for row in rows if row["code"] == UNKNOWN]
    classes = [row for row in rows if row["code"] != UNKNOWN]
    if len(unknown) != 1 or unknown[0]["lower_bound"] or unknown[0]["upper_bound"]:
        yield Mistake(CLASS_SETS, None, f"set {name!r} needs one row `unknown` without bounds, for missing values")
    bounds = []
    for row in classes:
        low = whole_number(row["lower_bound"])
        high = whole_number(row["upper_bound"]) if row["upper_bound"] else None
        if low is None or (row["upper_bound"] and high is None):
            yield row.mistake(f"class {row['code']!r} needs whole numbers as bounds (upper may be empty)")
            return
        bounds.append((low, high, row))
    bounds.sort(key=lambda item: item[0])
    for low, _, row in bounds[:1]:
        if low != 0:
            yield row.mistake(f"set {name!r} begins at {low}; the first class begins at 0")
    for low, high, row in bounds:
        if high is not None and high < low:
            yield row.mistake(f"class {row['code']!r} ends at {high}, before it begins at {low}")
    for (_, high, before), (low, _, row) in pairwise(bounds):
        if high is None or low <= high:
            yield row.mistake(f"class {row['code']!r} overlaps {before['code']!r}; close that one below {low}")
        elif low > high + 1:
            yield row.mistake(f"gap between {before['code']!r} (to {high}) and {row['code']!r} (from {low})")
    if bounds and bounds[-1][1] is not None:
        yield bounds[-1][2].mistake(f"the last class of set {name!r} must be open; leave upper_bound empty")
    orders = [whole_number(row["sort_order"]) or 0 for row in (*(row for *_, row in bounds), *unknown)]
    if any(a >= b for a, b in pairwise(orders)):
        yield Mistake(CLASS_SETS, None, f"sort_order of set {name!r} does not rise with the bounds, `unknown` last")


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def municipalities(places: Places) -> Iterator[Mistake]:
    """Every code once, valid between its dates, and every closed code with a successor."""
    rows, mistakes = read(places.seeds / MUNICIPALITIES, MUNICIPALITY_HEADER)
    yield from mistakes
    known: dict[str, Row] = {}
    for row in rows:
        code = row["nis_code"]
        if not re.fullmatch(r"[0-9]{5}", code):
            yield row.mistake(f"nis_code {code!r} is no code of five digits (a spreadsheet may drop a zero)")
        if code in known:
            yield row.mistake(f"nis_code {code} stands twice; keep one")
        known[code] = row
        yield from _municipality(row)
    for row in rows:
        yield from _succession(row, known)


def _municipality(row: Row) -> Iterator[Mistake]:
    for name in ("municipality", "province", "arrondissement"):
        if not row[name]:
            yield row.mistake(f"{name} is empty; fill it in")
    for name in ("valid_from", "valid_to"):
        if row[name] and not _day(row[name]):
            yield row.mistake(f"{name} {row[name]!r} is no date; write YYYY-MM-DD")
    if row["valid_from"] and row["valid_to"] and row["valid_from"] > row["valid_to"]:
        yield row.mistake("valid_from is after valid_to")
    if row["is_centre_city"] not in ("true", "false"):
        yield row.mistake(f"is_centre_city {row['is_centre_city']!r} must be true or false")
    for name, (low, high) in AREA.items():
        try:
            inside = low <= float(row[name]) <= high
        except ValueError:
            inside = False
        if not inside:
            yield row.mistake(f"{name} {row[name]!r} is no place in Flanders; write degrees such as {low + 1}")


def _succession(row: Row, known: dict[str, Row]) -> Iterator[Mistake]:
    to, closed = row["successor_nis_code"], _day(row["valid_to"])
    if bool(to) != bool(row["valid_to"]):
        yield row.mistake("valid_to and successor_nis_code go together; give both or none")
    if not to or not closed:
        return
    if to not in known:
        yield row.mistake(f"successor_nis_code {to} has no row of its own; add it")
        return
    day = (closed + dt.timedelta(days=1)).isoformat()
    successor = known[to]
    if (successor["valid_from"] or day) > day or (successor["valid_to"] or day) < day:
        yield row.mistake(f"successor {to} is not valid on {day}, the day after valid_to")


def merges(places: Places) -> Iterator[Mistake]:
    """Every succession of municipalities.csv stands in the list of mergers, and the other way round."""
    codes, unreadable = read(places.seeds / MUNICIPALITIES, MUNICIPALITY_HEADER)
    rows, mistakes = read(places.seeds / MERGES, MERGE_HEADER)
    yield from mistakes
    if unreadable or not codes or not rows:
        return
    known = {row["nis_code"] for row in codes}
    ends = {
        (row["nis_code"], row["successor_nis_code"], (closed + dt.timedelta(days=1)).isoformat()): row
        for row in codes
        if (closed := _day(row["valid_to"]))
    }
    listed = set()
    for row in rows:
        merge = (row["predecessor_nis_code"], row["successor_nis_code"], row["merge_date"])
        if merge in listed:
            yield row.mistake("the same merger stands twice; keep one")
        listed.add(merge)
        if unknown := [code for code in merge[:2] if code not in known]:
            yield row.mistake(f"{unknown[0]!r} is not in {MUNICIPALITIES}; add it there first")
        elif not _day(merge[2]):
            yield row.mistake(f"merge_date {merge[2]!r} is no date; write YYYY-MM-DD")
        elif merge[0] != merge[1] and merge not in ends:
            yield row.mistake(f"{MUNICIPALITIES} does not close {merge[0]} the day before in favour of {merge[1]}")
    for (old, new, day), row in ends.items():
        if (old, new, day) not in listed:
            yield row.mistake(f"add the row {old},{new},{day} to {MERGES}")
