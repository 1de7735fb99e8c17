"""Which room may know which, as a rule that runs; and what a start may import."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.paths import PROJECT
from tests.conftest import Finished
from tests.deliveries import KEY

OURS = {"orchestration", "expectations", "exports", "tests"}
# Room -> what of the project it may import. A room stands for its modules and those below it.
ALLOWED = {
    "expectations": {"expectations"},
    "exports": {"exports"},
    "orchestration.door": {"expectations", "orchestration.door", "orchestration.paths", "orchestration.files"},
    "orchestration.demo": {"orchestration.demo"},
    "orchestration": {"orchestration", "expectations", "exports"},
    "tests.oracle": {"tests.oracle"},
    "tests.hostile": {"tests.hostile", "tests.oracle"},
}
HEAVY = ("great_expectations", "sqlalchemy", "pandas", "dagster", "dagster_dbt", "dbt", "openpyxl", "python_calamine")
# Where a heavy package may be imported, in a function or not: one place per package.
HEAVY_ALLOWED = {
    "great_expectations": {"expectations.suite"},
    "sqlalchemy": {"expectations.gx_duckdb"},
    "pandas": set(),
    "dagster": {"orchestration.assets", "orchestration.definitions", "orchestration.jobs", "orchestration.resources",
                "orchestration.automation", "orchestration.instance", "orchestration.runner"},
    "dagster_dbt": {"orchestration.assets.warehouse", "orchestration.assets.lineage"},
    "dbt": {"orchestration.dbt"},
}  # fmt: skip
# Imported at the top of a module only where Dagster loads the module anyway.
ON_TOP = {
    "sqlalchemy": {"expectations.gx_duckdb"},
    "dagster": {"orchestration.assets", "orchestration.definitions", "orchestration.jobs", "orchestration.resources",
                "orchestration.automation"},
    "dagster_dbt": {"orchestration.assets.warehouse", "orchestration.assets.lineage"},
}  # fmt: skip


def within(module: str, room: str) -> bool:
    return module == room or module.startswith(room + ".")


def modules(*folders: str) -> Iterator[tuple[str, Path]]:
    for folder in folders:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            parts = path.relative_to(PROJECT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(module: str, path: Path) -> Iterator[tuple[str, bool]]:
    """(what is imported, whether at the top of the module). `if TYPE_CHECKING` blocks import nothing."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(n) for i in ast.walk(tree) if isinstance(i, ast.If) and "TYPE_CHECKING" in ast.dump(i.test)
               for n in ast.walk(i)}  # fmt: skip
    top = {id(node) for node in tree.body}
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from ((name, id(node) in top) for name in names)


def room_of(module: str) -> str | None:
    """The innermost room that a module is in."""
    return max((room for room in ALLOWED if within(module, room)), key=len, default=None)


def test_no_room_imports_one_that_it_should_not_know() -> None:
    wrong = []
    for module, path in modules("expectations", "exports", "orchestration", "tests/oracle", "tests/hostile"):
        room = room_of(module)
        assert room, f"{module} is in no room; add it to ALLOWED"
        for name, _ in imports(module, path):
            if name.split(".")[0] in OURS and not any(within(name, allowed) for allowed in ALLOWED[room]):
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_each_heavy_package_is_known_in_its_own_place_only() -> None:
    wrong = []
    for module, path in modules("expectations", "exports", "orchestration"):
        for name, on_top in imports(module, path):
            package = name.split(".")[0]
            if package in HEAVY_ALLOWED and not any(within(module, place) for place in HEAVY_ALLOWED[package]):
                wrong.append(f"{module} imports {name}")
            if package in HEAVY and on_top and not any(within(module, place) for place in ON_TOP.get(package, ())):
                wrong.append(f"{module} imports {name} at its top")
    exports = {line for line in wrong if line.startswith("exports.") and "openpyxl" in line}
    assert sorted(set(wrong) - exports) == []


def test_the_rules_above_see_what_they_forbid(tmp_path: Path) -> None:
    path = tmp_path / "m.py"
    path.write_text(
        "import pandas as pd\nfrom ..x import y\nif TYPE_CHECKING:\n    import dagster\n"
        "def f():\n    from dbt.cli import main\n"
    )
    assert list(imports("a.b.m", path)) == [("pandas", True), ("a.x.y", True), ("dbt.cli.main", False)]
    assert room_of("orchestration.door.load") == "orchestration.door"


START = """
import json, sys
from orchestration.cli import main
sys.argv = ["twe", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    code = ended.code or 0
else:
    code = 0
print(json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""


def start(data: Path, *arguments: str) -> tuple[int, set[str], str]:
    """Exit code, imported packages and output of a fresh process."""
    env = {**os.environ, "TWE_DATA": str(data), "TWE_PSEUDONYM_KEY": KEY.decode()}
    done = subprocess.run(
        [sys.executable, "-c", START, *arguments], cwd=PROJECT, env=env, capture_output=True, text=True, check=True
    )
    *said, last = done.stdout.splitlines()
    found = json.loads(last)
    return found["code"], {name.split(".")[0] for name in found["modules"]}, "\n".join(said)


@pytest.mark.slow
def test_a_run_with_nothing_new_imports_nothing_heavy(finished: Finished) -> None:
    code, imported, said = start(finished.data.root, "run")
    assert said.startswith("Nothing new")
    assert code == 0
    assert imported & set(HEAVY) == set()


@pytest.mark.slow
@pytest.mark.parametrize("command", [["status"], ["quarantine"], ["questions"], ["--help"], ["run", "--help"]])
def test_commands_that_only_look_import_nothing_heavy(command: list[str], finished: Finished) -> None:
    code, imported, said = start(finished.data.root, *command)
    assert code == 0 and said
    assert imported & set(HEAVY) == set()
