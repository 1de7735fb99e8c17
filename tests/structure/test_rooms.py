"""The rooms of the project keep to the rules of tests/structure/rooms.py, and the rules see what they forbid."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.store.paths import PROJECT
from tests.structure import rooms

RULES = (
    rooms.rooms_crossed,
    rooms.packages_out_of_place,
    rooms.environment_out_of_place,
    rooms.publications_by_the_back_door,
    rooms.effects_of_importing,
    rooms.import_circles,
)
FORBIDDEN = (
    # a module of a small tree, a line in it, the rule that must see it, and a word of what it says
    (
        "orchestration/ingest/load.py",
        "from orchestration.services.alerts import Alert",
        rooms.rooms_crossed,
        "alerts",
    ),
    (
        "orchestration/summary.py",
        "def f():\n    from orchestration.assets import lake",
        rooms.rooms_crossed,
        "orchestration.definitions only",
    ),
    ("orchestration/assets/lake.py", "from orchestration.cli import main", rooms.rooms_crossed, "nobody only"),
    ("orchestration/ingest/load.py", "def f():\n    import dagster", rooms.packages_out_of_place, "dagster"),
    (
        "orchestration/ingest/validation.py",
        "from exports.figures import reading",
        rooms.rooms_crossed,
        "exports.figures.reading",
    ),
    (
        "orchestration/demo/demo.py",
        "import orchestration.store.paths",
        rooms.rooms_crossed,
        "orchestration.store.paths",
    ),
    ("orchestration/demo/demo.py", "from ..store import paths", rooms.rooms_crossed, "orchestration.store.paths"),
    ("expectations/suite.py", "from orchestration.ingest import ledger", rooms.rooms_crossed, "ledger"),
    (
        "expectations/routing.py",
        "from great_expectations import core",
        rooms.packages_out_of_place,
        "expectations.suite",
    ),
    ("expectations/suite.py", "import great_expectations", rooms.packages_out_of_place, "at its top"),
    ("exports/xlsx/cells.py", "from expectations import contract", rooms.rooms_crossed, "contract"),
    ("exports/xlsx/cells.py", "from openpyxl import Workbook", rooms.packages_out_of_place, "exports.xlsx.workbook"),
    ("exports/figures/tidy.py", "def f():\n    import duckdb", rooms.packages_out_of_place, "exports.figures.reading"),
    ("exports/figures/tidy.py", "class A:\n    import dagster", rooms.packages_out_of_place, "dagster"),
    ("exports/build.py", "def f(data):\n    return data.current", rooms.publications_by_the_back_door, "build:2"),
    ("exports/build.py", "import os\nX = os.environ['TWE_DATA']", rooms.environment_out_of_place, "build:2"),
    ("orchestration/definitions.py", "defs = build_definitions()", rooms.effects_of_importing, "definitions:1"),
    ("orchestration/jobs.py", "import x\nA = x.load()", rooms.effects_of_importing, "jobs:2"),
    ("orchestration/jobs.py", "print(1)", rooms.effects_of_importing, "jobs:1"),
    ("tests/oracle/rules.py", "from orchestration.ingest import parsing", rooms.rooms_crossed, "parsing"),
    ("tests/hostile/world.py", "from orchestration.demo import rows", rooms.rooms_crossed, "rows"),
)
PERMITTED = (
    (
        "orchestration/ingest/load.py",
        "from expectations.contract import load\nfrom orchestration.store.files import sweep",
    ),
    (
        "exports/xlsx/cells.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from openpyxl.cell import Cell",
    ),
    ("exports/figures/reading.py", "def f():\n    import duckdb"),
    ("orchestration/services/webserver.py", "import os, subprocess\nsubprocess.run(['x'], env=os.environ)"),
    (
        "orchestration/definitions.py",
        '"""Says."""\nimport dagster as dg\nLAYER = "marts"\n@dg.definitions\ndef f(): ...',
    ),
    ("orchestration/planning.py", "from orchestration import publication\nx = publication.current(None)"),
)


def tree(root: Path, file: str, text: str) -> Path:
    path = root / file
    path.parent.mkdir(parents=True)
    path.write_text(text + "\n", encoding="utf-8")
    return root


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_to(rule: Callable[[Path], list[str]]) -> None:
    assert not (found := rule(PROJECT)), "\n".join(found)


@pytest.mark.parametrize(("file", "text", "rule", "word"), FORBIDDEN)
def test_is_seen(tmp_path: Path, file: str, text: str, rule: Callable[[Path], list[str]], word: str) -> None:
    found = rule(tree(tmp_path, file, text))
    assert len(found) == 1 and word in found[0]


@pytest.mark.parametrize(
    "text",
    [
        "from exports.marks import b",
        "def f():\n    from exports import marks",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from exports.marks import b",
    ],
)
def test_a_circle_is_seen(tmp_path: Path, text: str) -> None:
    tree(tmp_path, "exports/levels.py", text)
    (tmp_path / "exports" / "marks.py").write_text("from exports.levels import a\n", encoding="utf-8")
    (tmp_path / "exports" / "years.py").write_text("from exports.levels import a\n", encoding="utf-8")
    assert [said.split(":")[0] for said in rooms.import_circles(tmp_path)] == [
        "exports.levels -> exports.marks -> exports.levels"
    ]


@pytest.mark.parametrize(("file", "text"), PERMITTED)
def test_is_permitted(tmp_path: Path, file: str, text: str) -> None:
    tree(tmp_path, file, text)
    assert [said for rule in RULES for said in rule(tmp_path)] == []


@pytest.mark.parametrize(
    ("page", "heading"), [("docs/architecture.md", "## Rooms"), ("CONTRIBUTING.md", "## The rooms")]
)
def test_the_tables_for_people_name_the_rooms_of_the_rule(page: str, heading: str) -> None:
    text = (PROJECT / page).read_text(encoding="utf-8")
    section = text.split(heading)[1].split("\n## ")[0]
    table = re.findall(r"^\| `([a-z_/]+)/`", section, re.MULTILINE)
    ours = {name.replace("/", ".") for name in table if not name.startswith("tests")} - {"dbt_project"}
    assert ours == {room for room in rooms.ALLOWED if not room.startswith("tests")}


def test_every_place_of_a_package_exists() -> None:
    """A room that moved must not leave a permission behind."""
    known = {module.name for module in rooms.modules(PROJECT, "expectations", "exports", "orchestration")}
    places = {place for table in (rooms.PLACES, rooms.ON_TOP) for each in table.values() for place in each}
    places |= rooms.ENVIRONMENT | rooms.PUBLISHED | rooms.STILL
    assert {p for p in places if not any(rooms.within(name, p) for name in known)} == set()
