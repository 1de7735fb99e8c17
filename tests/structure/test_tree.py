"""The tree stays easy to walk: folders and modules of a readable size, names with one meaning, a docstring each."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from orchestration.store.paths import PROJECT

LIMITS = {"orchestration": 300, "expectations": 300, "exports": 300, "tests": 400}
# File -> how long it may be, and why.
LONGER = {
    "tests/integration/test_gates.py": (430, "every gate starts processes the same way"),
}


# Of a folder, beside its __init__.py. Folder -> how many more it may hold, and why.
MODULES = 12
MORE_MODULES = {
    "orchestration/demo": (24, "one module per part of the world outside"),
    "exports/disclosure": (24, "one module per step of the control, its audit and its attack"),
    "tests/integration": (16, "one module per promise of the whole"),
    "tests/oracle": (24, "one module per definition, without looking at the product"),
}
PRODUCT = ("orchestration", "expectations", "exports")
# What stands at the top: everything else has a folder. Names that begin with a dot are those of tools.
TOP = {
    ".ci", ".editorconfig", ".git", ".github", ".gitignore", ".pre-commit-config.yaml",
    "CHANGELOG.md", "CONTRIBUTING.md", "Makefile", "README.md", "pyproject.toml", "requirements.lock",
    "requirements-spark.lock",
    "dbt_project", "docs", "expectations", "exports", "orchestration", "tests",
}  # fmt: skip


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
    sizes = {file: len(text.splitlines()) for file, text in modules()}
    assert not (found := too_long(sizes, LONGER)), "\n".join(found)


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


def too_full(files: Iterable[str], more: Mapping[str, tuple[int, str]]) -> list[str]:
    """Complaints about folders with more modules than a reader takes in, and about exceptions without need."""
    sizes = Counter(str(Path(file).parent) for file in files if Path(file).name != "__init__.py")
    wrong = [
        f"{folder} holds {size} modules, more than {limit}: merge what changes for one reason, or make a folder of it"
        for folder, size in sorted(sizes.items())
        if size > (limit := more.get(folder, (MODULES, ""))[0])
    ]
    return wrong + [f"{folder} no longer needs its exception" for folder in more if sizes[folder] <= MODULES]


def test_no_folder_is_too_full() -> None:
    assert not (found := too_full((file for file, _ in modules()), MORE_MODULES)), "\n".join(found)


@pytest.mark.parametrize(
    ("size", "exceptions", "found"),
    [(12, {}, 0), (13, {}, 1), (13, {"exports": (13, "")}, 0), (12, {"exports": (13, "")}, 1)],
)
def test_a_full_folder_is_seen(size: int, exceptions: dict[str, tuple[int, str]], found: int) -> None:
    files = ["exports/__init__.py", *(f"exports/m{number}.py" for number in range(size))]
    assert len(too_full(files, exceptions)) == found


def test_the_top_holds_nothing_new() -> None:
    ignored = (PROJECT / ".gitignore").read_text(encoding="utf-8").split()
    made = {path.name for line in ignored for path in PROJECT.glob(line.strip("/"))}
    assert {path.name for path in PROJECT.iterdir()} - made - TOP == set()


HAND_SET = re.compile(r"#\s*fmt:\s*(?:skip|off)")


def test_the_formatter_formats() -> None:
    """Lines set by hand are for tables of data, and few."""
    found = Counter({file: len(HAND_SET.findall(text)) for file, text in modules()})
    assert found.total() < 20, [file for file in found if found[file]]


def several_meanings(texts: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Class names that two modules of the product define."""
    found: dict[str, list[str]] = defaultdict(list)
    for file, text in texts:
        if file.startswith(PRODUCT):
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.ClassDef):
                    found[node.name].append(file)
    return {name: files for name, files in found.items() if len(files) > 1}


def test_a_class_name_has_one_meaning() -> None:
    assert several_meanings(modules()) == {}
    assert several_meanings([("exports/a.py", "class A: ..."), ("expectations/b.py", "class A: ...")])


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
    "tests/support/moments.py": "waits in steps until a process may go on",
    "tests/locations/neighbour.py": "holds its place in the pool for some seconds, so that others come to wait for it",
    "tests/reliability/reader.py": "pauses between two looks at what is published, so that the run has the cores",
    "tests/support/office_script.py": "waits in steps for LibreOffice to start, and goes on as soon as it has",
    "tests/support/browser.py": "waits in steps for a page, and goes on as soon as it is there",
}


def test_no_test_looks_at_the_clock() -> None:
    tests = {file: clocks(text) for file, text in modules() if file.startswith("tests/") and "benchmark" not in file}
    assert {file: found for file, found in tests.items() if found and file not in CLOCKS} == {}


def test_a_clock_is_seen() -> None:
    assert clocks("import time\ntime.sleep(1)") == ["2: time.sleep"]
    assert clocks("import datetime as dt\nx = dt.datetime.now(dt.UTC)") == ["2: datetime.now"]
    assert clocks("import datetime as dt\nx = dt.date(2024, 1, 1)") == []
