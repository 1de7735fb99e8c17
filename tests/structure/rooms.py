"""Which room may know which, and what else the source text of a room may not do. Static: no module is imported.

The rules stand here; `tests/structure/test_rooms.py` holds the project against them, and small broken trees, so that
each rule is known to see what it forbids. docs/architecture.md says the same for people, CONTRIBUTING.md what to do.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OURS = {"orchestration", "expectations", "exports", "tests"}
LOWER = {"orchestration.store", "orchestration.ingest"}
# Room -> what of the project it may import. A room stands for its modules and those below it.
ALLOWED = {
    "expectations": {"expectations"},
    "exports": {"exports", "orchestration.store"},
    "orchestration.demo": {"orchestration.demo"},
    "orchestration.store": {"orchestration.store"},
    "orchestration.ingest": {"expectations", "orchestration.store", "orchestration.ingest"},
    "orchestration.warehouse": {"expectations", "exports", *LOWER, "orchestration.warehouse"},
    "orchestration.quality": {"expectations", "exports", *LOWER, "orchestration.quality"},
    "orchestration.releases": {"expectations", "exports", *LOWER, "orchestration.warehouse", "orchestration.releases"},
    "orchestration.answers": {"expectations", "exports", *LOWER, "orchestration.warehouse", "orchestration.releases",
                              "orchestration.answers"},
    "orchestration.maintenance": {"expectations", *LOWER, "orchestration.warehouse", "orchestration.releases",
                                  "orchestration.answers", "orchestration.quality", "orchestration.maintenance"},
    "orchestration.services": {"orchestration.store", "orchestration.services"},
    "orchestration": {"orchestration", "expectations", "exports"},
    "tests.oracle": {"tests.oracle"},
    "tests.hostile": {"tests.hostile", "tests.oracle"},
}  # fmt: skip
# Package -> where it may be imported at all, in a function or not: one place per package.
PLACES = {
    "great_expectations": {"expectations.suite"},
    "sqlalchemy": {"expectations.gx_duckdb", "orchestration.instance"},
    "pandas": set(),
    "dagster": {"orchestration.assets", "orchestration.definitions", "orchestration.jobs", "orchestration.resources",
                "orchestration.automation", "orchestration.instance",
                "orchestration.runner"},
    "dagster_dbt": {"orchestration.assets"},
    "dbt": {"orchestration.warehouse.dbt"},
    # Workbooks and letters are written, and read back, in these rooms only.
    "openpyxl": {"exports.xlsx.workbook", "exports.xlsx.charts", "exports.xlsx.styles", "exports.xlsx.paper",
                 "orchestration.demo.files", "orchestration.ingest.xlsx", "orchestration.quality.quarantine",
                 "orchestration.quality"},
    "python_calamine": {"orchestration.ingest.xlsx", "exports.figures.shown"},
    "docx": {"exports.answering.word"},
    # Exports read published Parquet, and through one module.
    "duckdb": {"exports.figures.reading", "expectations.gx_duckdb", "orchestration"},
    "click": {"orchestration.cli"},
}  # fmt: skip
# Packages that cost a start something: at the top only of a module that is loaded when they are needed anyway.
ON_TOP = {
    "great_expectations": set(),
    "sqlalchemy": {"expectations.gx_duckdb"},
    "pandas": set(),
    "dagster": {
        "orchestration.assets",
        "orchestration.definitions",
        "orchestration.jobs",
        "orchestration.resources",
        "orchestration.automation",
    },
    "dagster_dbt": {"orchestration.assets"},
    "dbt": set(),
    "openpyxl": {"exports.xlsx.workbook", "exports.xlsx.charts", "exports.xlsx.styles", "exports.xlsx.paper"},
    "python_calamine": set(),
    "docx": {"exports.answering.word"},
}
# Where the environment may be touched: settings read it, the others set what a library reads.
ENVIRONMENT = {
    "orchestration.store.settings",
    "orchestration.instance",
    "orchestration.warehouse.dbt",
    "orchestration.maintenance.same_figures",
    "expectations.suite",
}
# Who may name the folder of publications; all others get a publication from it, and exports get its path.
PUBLISHED = {"orchestration.store.paths", "orchestration.warehouse.publication", "orchestration.maintenance.backup"}
# Modules that do nothing when they are imported: Dagster loads them to look.
STILL = {"orchestration.definitions", "orchestration.jobs", "orchestration.resources", "orchestration.automation"}


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    tree: ast.Module


def within(module: str, room: str) -> bool:
    """Is the module the room or below it? A room that ends in * stands for modules by how their names begin."""
    return module == room or module.startswith(room[:-1] if room.endswith("*") else room + ".")


def allowed(module: str, rooms: set[str]) -> bool:
    return any(within(module, room) for room in rooms)


def room_of(module: str) -> str | None:
    """The innermost room that a module is in."""
    return max((room for room in ALLOWED if within(module, room)), key=len, default=None)


def modules(root: Path, *folders: str) -> Iterator[Module]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            yield Module(name, path, ast.parse(path.read_text(encoding="utf-8")))


def imports(module: Module) -> Iterator[tuple[str, bool]]:
    """(what is imported, whether at the top of the module). `if TYPE_CHECKING` blocks import nothing."""
    skipped = {
        id(n)
        for i in ast.walk(module.tree)
        if isinstance(i, ast.If) and "TYPE_CHECKING" in ast.dump(i.test)
        for n in ast.walk(i)
    }
    in_functions = {
        id(n)
        for f in ast.walk(module.tree)
        if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)
        for n in ast.walk(f)
    }
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
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
        yield from ((name, id(node) not in in_functions) for name in names)


def rooms_crossed(root: Path) -> list[str]:
    """Imports of a room that the importing one should not know."""
    wrong = []
    for module in modules(root, "expectations", "exports", "orchestration", "tests/oracle", "tests/hostile"):
        if module.path.name.startswith("test_"):
            continue
        room = room_of(module.name)
        for name, _ in imports(module):
            if name.split(".")[0] in OURS and not (room and allowed(name, ALLOWED[room])):
                wrong.append(
                    f"{module.name} imports {name}; {room} may import {', '.join(sorted(ALLOWED[room or '']))}"
                )
    return wrong


def packages_out_of_place(root: Path) -> list[str]:
    """Imports of a package outside its place, or at the top of a module that is loaded without need of it."""
    wrong = set()
    for module in modules(root, "expectations", "exports", "orchestration"):
        for name, on_top in imports(module):
            package = name.split(".")[0]
            if package in PLACES and not allowed(module.name, PLACES[package]):
                wrong.add(
                    f"{module.name} imports {package}, whose place is {', '.join(sorted(PLACES[package])) or 'none'}"
                )
            elif package in ON_TOP and on_top and not allowed(module.name, ON_TOP[package]):
                wrong.add(f"{module.name} imports {package} at its top; import it in the function that needs it")
    return sorted(wrong)


def environment_out_of_place(root: Path) -> list[str]:
    """Uses of the environment, other than handing it whole to a program that is started."""
    wrong = []
    for module in modules(root, "expectations", "exports", "orchestration"):
        handed = {
            id(k.value)
            for call in ast.walk(module.tree)
            if isinstance(call, ast.Call)
            for k in call.keywords
            if k.arg == "env"
        }
        for node in ast.walk(module.tree):
            named = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "putenv"}
            if named and id(node) not in handed and not allowed(module.name, ENVIRONMENT):
                wrong.append(f"{module.name}:{node.lineno} touches the environment; take it from Settings")
    return wrong


def publications_by_the_back_door(root: Path) -> list[str]:
    """Paths into the folder of publications that were not got from `orchestration.warehouse.publication`."""
    wrong = []
    for module in modules(root, "expectations", "exports", "orchestration"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr in {"published", "current"}:
                holder = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                if holder in {"data", "folder"} and not allowed(module.name, PUBLISHED):
                    wrong.append(
                        f"{module.name}:{node.lineno} names the publications; ask orchestration.warehouse.publication"
                    )
    return wrong


def effects_of_importing(root: Path) -> list[str]:
    """Calls at the top of a module that Dagster loads only to look. Decorators are none."""
    harmless = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.If)
    wrong = []
    for module in (m for m in modules(root, "orchestration") if m.name in STILL):
        for node in module.tree.body:
            bare = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)  # a docstring
            called = not isinstance(node, ast.FunctionDef | ast.ClassDef) and any(
                isinstance(n, ast.Call) for n in ast.walk(node)
            )
            if called or not (bare or isinstance(node, harmless)):
                wrong.append(f"{module.name}:{node.lineno} does something when it is imported; do it in a function")
    return wrong
