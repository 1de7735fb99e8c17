"""Which room may know which, and what else the source text of a room may not do. Static: no module is imported.

The rules stand here; `tests/structure/test_rooms.py` holds the project against them, and small broken trees, so that
each rule is known to see what it forbids. docs/architecture.md says the same for people, CONTRIBUTING.md what to do.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

OURS = {"orchestration", "expectations", "exports", "tests"}
# Data flow one way, and so do imports: a room knows those before it, never those after it.
#   store < ingest < warehouse < quality, releases < answers < maintenance < services < the top of orchestration
GROUND = {
    f"orchestration.store.{name}"
    for name in ("errors", "files", "municipalities", "paths", "sql", "wording", "yaml_models")
}
WITH_INGEST = {"expectations", "orchestration.store", "orchestration.ingest"}
WITH_WAREHOUSE = WITH_INGEST | {"exports", "orchestration.warehouse"}
# Room -> what of the project it may import. A room stands for its modules and those below it.
ALLOWED = {
    "expectations": {"expectations"} | GROUND,
    "exports": {"exports"} | GROUND,
    "exports.template": {"exports", "expectations"} | GROUND,
    "orchestration.demo": {"orchestration.demo"},
    "orchestration.store": {"orchestration.store"},
    "orchestration.ingest": WITH_INGEST,
    "orchestration.warehouse": WITH_WAREHOUSE,
    "orchestration.quality": WITH_WAREHOUSE | {"orchestration.quality"},
    "orchestration.releases": WITH_WAREHOUSE | {"orchestration.releases"},
    "orchestration.answers": WITH_WAREHOUSE | {"orchestration.releases", "orchestration.answers"},
    "orchestration.maintenance": WITH_WAREHOUSE
    | {"orchestration.quality", "orchestration.releases", "orchestration.answers", "orchestration.maintenance"},
    "orchestration.services": {"orchestration.store", "orchestration.services"},
    "orchestration": {"orchestration", "expectations", "exports"},
    "tests.oracle": {"tests.oracle"},
    "tests.hostile": {"tests.hostile", "tests.oracle"},
}
# The upper floors of `orchestration`: room -> who outside it may import it. Assets and commands use the rest, not the
# other way round; the definitions put the assets together.
UPPER = {"orchestration.assets": {"orchestration.definitions"}, "orchestration.cli": set()}
# Package -> where it may be imported at all, in a function or not: one place per package.
PLACES = {
    "great_expectations": {"expectations.suite"},
    "sqlalchemy": {"expectations.gx_duckdb", "orchestration.services.instance", "orchestration.services.old_runs"},
    "pandas": set(),
    "dagster": {"orchestration.assets", "orchestration.definitions", "orchestration.jobs", "orchestration.resources",
                "orchestration.automation", "orchestration.services.instance",
                "orchestration.services.launcher", "orchestration.services.old_runs", "orchestration.results"},
    "dagster_dbt": {"orchestration.assets"},
    "dbt": {"orchestration.warehouse.dbt"},
    "pyspark": {"orchestration.warehouse.spark"},
    # Workbooks and letters are written, and read back, in these rooms only.
    "openpyxl": {"exports.xlsx.workbook", "exports.xlsx.charts", "exports.xlsx.styles", "exports.xlsx.frame",
                 "exports.xlsx.paper.blocks", "exports.xlsx.forms", "orchestration.demo.files"},
    "python_calamine": {"orchestration.ingest.readers.workbook", "exports.comparison.displayed",
                        "orchestration.answers.protect.table_file"},
    "docx": {"exports.answering.word"},
    # Exports read published Parquet, and through one module.
    "duckdb": {"exports.figures.reading", "expectations.agreement", "expectations.gx_duckdb", "orchestration"},
    "click": {"orchestration.cli"},
    "rich": {"orchestration.store.wording", "orchestration.progress"},
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
        "orchestration.services.launcher",
    },
    "dagster_dbt": {"orchestration.assets"},
    "dbt": set(),
    "pyspark": set(),
    "openpyxl": {
        "exports.xlsx.workbook",
        "exports.xlsx.charts",
        "exports.xlsx.styles",
        "exports.xlsx.frame",
        "exports.xlsx.paper.blocks",
        "exports.xlsx.forms",
    },
    "python_calamine": set(),
    "docx": {"exports.answering.word"},
    "rich": set(),
}
# Where the environment may be touched: settings read it, the others set what a library reads.
ENVIRONMENT = {
    "orchestration.store.settings",
    "orchestration.services.instance",
    "orchestration.warehouse.dbt",
    "orchestration.warehouse.spark",
    "orchestration.maintenance.same_figures",
    "expectations.suite",
}
# Who may name the folder of publications; all others get a publication from it, and exports get its path.
PUBLISHED = {"orchestration.store.paths", "orchestration.warehouse.publication", "orchestration.maintenance.backup"}
# Modules that do nothing when they are imported: Dagster loads them to look.
STILL = {"orchestration.definitions", "orchestration.jobs", "orchestration.resources", "orchestration.automation"}


@dataclass(frozen=True, eq=False)
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
            yield _parsed(name, path, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1024)
def _parsed(name: str, path: Path, text: str) -> Module:
    return Module(name, path, ast.parse(text))


@lru_cache(maxsize=1024)
def imports(module: Module, typing: bool = False) -> tuple[tuple[str, bool], ...]:
    """(what is imported, whether at the top of the module). With `typing` also in `if TYPE_CHECKING` blocks."""
    return tuple(_find_imports(module, typing))


def _find_imports(module: Module, typing: bool) -> Iterator[tuple[str, bool]]:
    skipped = {
        id(n)
        for i in ast.walk(module.tree)
        if not typing and isinstance(i, ast.If) and "TYPE_CHECKING" in ast.dump(i.test)
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
            wrong += [
                f"{module.name} imports {name}; {upper} is imported by {', '.join(users) or 'nobody'} only"
                for upper, users in UPPER.items()
                if within(name, upper) and not within(module.name, upper) and module.name not in users
            ]
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
    """Calls at the top of a module that Dagster loads only to look. Decorators are none, nor is a key."""
    harmless = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign, ast.If)
    wrong = []
    for module in (m for m in modules(root, "orchestration") if m.name in STILL):
        for node in module.tree.body:
            bare = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)  # a docstring
            called = not isinstance(node, ast.FunctionDef | ast.ClassDef) and any(
                isinstance(n, ast.Call) and ast.unparse(n.func) != "dg.AssetKey" for n in ast.walk(node)
            )
            if called or not (bare or isinstance(node, harmless)):
                wrong.append(f"{module.name}:{node.lineno} does something when it is imported; do it in a function")
    return wrong


def import_circles(root: Path) -> list[str]:
    """Modules that import each other, directly or through others: at the top, in a function or for types alone."""
    product = {module.name: module for module in modules(root, "expectations", "exports", "orchestration")}
    graph = {
        name: sorted(
            {
                found
                for imported, _ in imports(module, typing=True)
                if (found := _module_of(imported, product)) not in (None, name)
            }
        )
        for name, module in product.items()
    }
    return [f"{' -> '.join(circle)}: move what both need to a module below them" for circle in circles(graph)]


def _module_of(imported: str, known: Mapping[str, object]) -> str | None:
    """The module that an imported name is, or is in. A package that only holds the module is not imported by it."""
    return next((name for name in (imported, imported.rpartition(".")[0]) if name in known), None)


def circles(graph: Mapping[str, list[str]]) -> list[list[str]]:
    """Circles that have no node in common, each a shortest one: its nodes in order, the first again at the end."""
    found: list[list[str]] = []
    done: set[str] = set()
    for start in sorted(graph):
        if start not in done and (circle := _circle(graph, start, done)):
            found.append(circle)
            done.update(circle)
        done.add(start)
    return found


def _circle(graph: Mapping[str, list[str]], start: str, without: set[str]) -> list[str] | None:
    paths = {start: [start]}
    for node in (queue := [start]):
        for after in graph.get(node, []):
            if after == start:
                return [*paths[node], start]
            if after not in paths and after not in without:
                paths[after] = [*paths[node], after]
                queue.append(after)
    return None
