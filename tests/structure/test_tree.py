"""The tree stays easy to walk: modules of a readable size, every one with a word on why it is there."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.store.paths import PROJECT

LIMITS = {"orchestration": 300, "expectations": 300, "exports": 300, "tests": 400}
# File -> how long it may be, and why.
LONGER = {
    "tests/orchestration/ingest/test_readers.py": (480, "tables of files and what they mean, per format"),
    "tests/integration/test_gates.py": (430, "every gate starts processes the same way"),
}


def modules() -> Iterator[tuple[str, str]]:
    """(path from the project, text) of every module."""
    for path in (p for room in LIMITS for p in sorted((PROJECT / room).rglob("*.py"))):
        yield path.relative_to(PROJECT).as_posix(), path.read_text(encoding="utf-8")


def too_long(sizes: dict[str, int], longer: dict[str, tuple[int, str]]) -> list[str]:
    """Complaints about files above their limit, and about exceptions that are not needed any more."""
    usual = {file: LIMITS[file.split("/")[0]] for file in {*sizes, *longer}}
    wrong = [
        f"{file} has {size} lines, more than {limit}: split it by reason to change"
        for file, size in sizes.items()
        if size > (limit := longer.get(file, (usual[file], ""))[0])
    ]
    return wrong + [f"{file} no longer needs its exception" for file in longer if sizes.get(file, 0) <= usual[file]]


def test_no_module_is_too_long_to_read() -> None:
    assert too_long({file: len(text.splitlines()) for file, text in modules()}, LONGER) == []


@pytest.mark.parametrize(
    ("size", "exceptions", "found"),
    [(300, {}, 0), (301, {}, 1), (301, {"exports/x.py": (310, "")}, 0), (9, {"exports/x.py": (310, "")}, 1)],
)
def test_the_limit_is_one(size: int, exceptions: dict[str, tuple[int, str]], found: int) -> None:
    assert len(too_long({"exports/x.py": size}, exceptions)) == found


def test_every_module_says_why_it_is_there() -> None:
    empty = {file for file, text in modules() if not text.strip()}
    assert {file for file, text in modules() if file not in empty and not ast.get_docstring(ast.parse(text))} == set()
    assert {file for file in empty if Path(file).name != "__init__.py"} == set()


def clocks(text: str) -> list[str]:
    """Uses of the clock in a test: sleeping, or the moment of the run."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = f"{getattr(node.func.value, 'attr', getattr(node.func.value, 'id', ''))}.{node.func.attr}"
            if name in {"time.sleep", "date.today", "datetime.now", "datetime.today", "time.time", "datetime.utcnow"}:
                found.append(f"{node.lineno}: {name}")
    return found


# File -> why it looks at the clock.
CLOCKS = {
    "tests/support/processes.py": "waits in steps for a process to reach a file, and goes on as soon as it is there",
    "tests/support/browser.py": "waits in steps for a page, and goes on as soon as it is there",
    "tests/integration/test_page.py": "waits in steps for programs to start, and goes on as soon as they have",
}


def test_no_test_looks_at_the_clock() -> None:
    tests = {file: clocks(text) for file, text in modules() if file.startswith("tests/") and "benchmark" not in file}
    assert {file: found for file, found in tests.items() if found and file not in CLOCKS} == {}


def test_a_clock_is_seen() -> None:
    assert clocks("import time\ntime.sleep(1)") == ["2: time.sleep"]
    assert clocks("import datetime as dt\nx = dt.datetime.now(dt.UTC)") == ["2: datetime.now"]
    assert clocks("import datetime as dt\nx = dt.date(2024, 1, 1)") == []
