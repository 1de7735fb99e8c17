"""The models of dbt without dbt: rendered from their text and computed in one DuckDB process, in milliseconds.

What Jinja and dbt do here is little (`ref`, `source`, macros, `config`), and the first thing that is done with it is to
compare the tables of the unchanged models with the oracle's; so a mutant whose tables differ fails the test of the
figures, `tests/integration/test_against_oracle.py`, which compares the same tables over the same deliveries.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
import jinja2
import yaml

from orchestration.store.sql import literal, pattern

SECONDS = 8
"""After which a mutant hangs, and no test would pass with it."""
NO_SQL = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)
REF = re.compile(r"«(\w+)»")


class NotValidError(Exception):
    """The changed text is no Jinja or no SQL: whoever wrote that would see it at once, so it is no mutant."""


@dataclass(frozen=True)
class Model:
    """A rendered model. References to others stand as «name»."""

    name: str
    alias: str
    sql: str

    @property
    def rests_on(self) -> set[str]:
        return set(REF.findall(self.sql))


@dataclass
class DbtProject:
    """The text of the dbt project, and what it renders to."""

    folder: Path
    _compiled: dict[str, jinja2.Template] = field(default_factory=dict)

    @cached_property
    def texts(self) -> dict[str, str]:
        files = [*self.folder.glob("models/*/*.sql"), *self.folder.glob("macros/*.sql")]
        return {path.relative_to(self.folder).as_posix(): path.read_text(encoding="utf-8") for path in sorted(files)}

    @cached_property
    def guards(self) -> dict[str, list[str]]:
        """Model -> what dbt holds its rows against at every build, as queries that find the rows that fail."""
        found: dict[str, list[str]] = {}
        tests = "\n".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("tests/generic/*.sql")))
        macros = re.sub(r"\{% (end)?test\b", r"{% \1macro", tests)
        names = vars(self._template(macros).make_module({"ref": _ref}))
        for path in sorted(self.folder.glob("models/*/*.yml")):
            for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", []):
                me, queries = _ref(model["name"]), found.setdefault(model["name"], [])
                for column in model.get("columns", []):
                    if {"type": "not_null"} in column.get("constraints", []):
                        queries.append(f"from {me} where {column['name']} is null")
                for test in model.get("data_tests", []):
                    ((kind, told),) = test.items()
                    arguments = {key: _relation(value) for key, value in told["arguments"].items()}
                    config = told.get("config", {})
                    judged = f"(select * from {me} where {config['where']})" if "where" in config else me
                    if config.get("severity") != "warn":
                        queries.append(names[kind](judged, **arguments))
        return found

    @cached_property
    def seeds(self) -> dict[str, Mapping[str, str]]:
        """Name -> the types of its columns."""
        told = yaml.safe_load((self.folder / "seeds/seeds.yml").read_text(encoding="utf-8"))["seeds"]
        return {seed["name"]: seed["config"]["column_types"] for seed in told}

    def render(self, changed: Mapping[str, str]) -> dict[str, Model]:
        """Every model, with some texts changed. Raises `NotValidError`."""
        try:
            return self._render(self.texts | changed)
        except (jinja2.TemplateError, KeyError, TypeError, ZeroDivisionError) as error:
            raise NotValidError(str(error)) from None

    def _render(self, texts: Mapping[str, str]) -> dict[str, Model]:
        globals_: dict[str, Any] = {
            "ref": _ref,
            "source": lambda source, table: f"«{source}__{table}»",
        }
        every = "\n".join(text for name, text in texts.items() if name.startswith("macros/"))
        module = self._template(every).make_module(globals_ | {"adapter": _Adapter(globals_), "target": {}})
        globals_ |= {name: value for name, value in vars(module).items() if not name.startswith("_")}
        models = {}
        for path, text in texts.items():
            if path.startswith("models/"):
                told: dict[str, str] = {}
                sql = self._template(text).render(globals_ | {"config": _Config(told)})
                name = Path(path).stem
                models[name] = Model(name, told.get("alias", name), sql)
        return models

    def _template(self, text: str) -> jinja2.Template:
        if text not in self._compiled:
            environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
            self._compiled[text] = environment.from_string(text)
        return self._compiled[text]


def _ref(name: str) -> str:
    return f"«{name}»"


def _relation(argument: Any) -> Any:
    """What `ref('x')` in the argument of a data test stands for."""
    found = re.fullmatch(r"ref\('(\w+)'\)", argument) if isinstance(argument, str) else None
    return _ref(found[1]) if found else argument


class _Adapter:
    def __init__(self, names: Mapping[str, Any]) -> None:
        self._names = names

    def dispatch(self, macro: str, _: str) -> Any:
        return self._names[f"default__{macro}"]


class _Config:
    def __init__(self, told: dict[str, str]) -> None:
        self._told = told

    def __call__(self, **settings: str) -> str:
        self._told.update(settings)
        return ""


def _placed(sql: str, changed: set[str]) -> str:
    """With every reference to where its table stands."""
    return REF.sub(lambda match: f"{'changed' if match[1] in changed else 'kept'}.{match[1]}", sql)


def in_order(models: Mapping[str, Model]) -> list[Model]:
    """Every model after those that it rests on."""
    done: dict[str, Model] = {}

    def add(name: str) -> None:
        if name in models and name not in done:
            for other in sorted(models[name].rests_on):
                add(other)
            done[name] = models[name]

    for name in models:
        add(name)
    return list(done.values())


class Warehouse:
    """All models computed once over the lake of a data folder; a change is computed beside them and compared."""

    def __init__(self, project: DbtProject, data: Path, tables: set[str]) -> None:
        """`tables` are those that are compared, by their alias."""
        self.project = project
        self.unchanged = project.render({})
        self._tables = tables
        self._con = duckdb.connect()
        # One thread adds doubles in one order.
        self._con.execute("set threads = 1; set TimeZone = 'UTC'; set memory_limit = '1GB'; set temp_directory = ''")
        self._con.execute("create schema kept; create schema changed")
        for name, types in project.seeds.items():
            self._seed(f"kept.{name}", project.folder / f"seeds/{name}.csv", types)
        for folder in sorted((data / "lake").iterdir()):
            files = f"{pattern(folder)}/*.parquet"
            self._read(f"lake__{folder.name}", f"{literal(files)}, union_by_name = true")
        self._read("ledger__deliveries", literal(data / "ledger/deliveries.parquet"))
        for name in ("rows_by_ocmw", "run_settings"):
            self._read(f"work__{name}", literal(data / f"work/{name}.parquet"))
        for model in in_order(self.unchanged):
            self._con.execute(f"create table kept.{model.name} as {_placed(model.sql, set())}")
        failing = [model for model, queries in project.guards.items() for query in queries if self._finds(query, set())]
        assert not failing, f"data tests of {failing} fail without any mutant"

    def _read(self, name: str, what: str) -> None:
        self._con.execute(f"create table kept.{name} as from read_parquet({what}, hive_partitioning = false)")

    def _seed(self, name: str, path: Path, types: Mapping[str, str]) -> None:
        columns = ", ".join(f"'{column}': '{kind}'" for column, kind in types.items())
        self._con.execute(
            f"create table {name} as from read_csv({literal(path)}, header = true, types = {{{columns}}})"
        )

    def rows(self, alias: str) -> list[dict[str, Any]]:
        name = next(model.name for model in self.unchanged.values() if model.alias == alias)
        cursor = self._con.execute(f"from kept.{name}")
        columns = [column[0] for column in cursor.description or []]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def difference(self, models: Mapping[str, Model], seeds: Mapping[str, str] | None = None) -> str:
        """The first compared table that is not what it was, or what failed; "" when all are the same. `seeds`: name ->
        path of a changed one. Raises `NotValidError`."""
        if {model.alias for model in models.values()} != {model.alias for model in self.unchanged.values()}:
            return "a table has another name"
        affected = {name for name, model in models.items() if model != self.unchanged[name]} | set(seeds or {})
        timer = Timer(SECONDS, self._con.interrupt)
        timer.start()
        try:
            for seed, path in (seeds or {}).items():
                self._seed(f"changed.{seed}", Path(path), self.project.seeds[seed])
            return next(self._differences(models, affected), "")
        except NO_SQL as error:
            raise NotValidError(str(error)) from None
        except duckdb.Error as error:
            return f"fails with {type(error).__name__}"
        finally:
            timer.cancel()
            for (name,) in self._con.execute(
                "select table_name from duckdb_tables() where schema_name = 'changed'"
            ).fetchall():
                self._con.execute(f"drop table changed.{name}")

    def _differences(self, models: Mapping[str, Model], affected: set[str]) -> Iterator[str]:
        for model in in_order(models):
            if model.name not in affected and not model.rests_on & affected:
                continue
            affected.add(model.name)
            self._con.execute(f"create table changed.{model.name} as {_placed(model.sql, affected)}")
            if self._same(model.name):
                affected.discard(model.name)
                self._con.execute(f"drop table changed.{model.name}")
            elif model.alias in self._tables:
                yield model.alias
        for model, queries in self.project.guards.items():
            for query in queries:
                if affected & set(REF.findall(query)) and self._finds(query, affected):
                    yield f"a data test of {model}"

    def _finds(self, query: str, affected: set[str]) -> bool:
        return bool(self._con.execute(f"select exists({_placed(query, affected)})").fetchall()[0][0])

    def _same(self, name: str) -> bool:
        kept, changed = (self._con.execute(f"describe {schema}.{name}").fetchall() for schema in ("kept", "changed"))
        if kept != changed:
            return False
        columns = ", ".join(
            f"round({column}, 9) as {column}" if kind == "DOUBLE" else f"{column}" for column, kind, *_ in kept
        )
        left, right = (f"select {columns} from {schema}.{name}" for schema in ("kept", "changed"))
        counts = ", ".join(f"(select count(*) from {schema}.{name})" for schema in ("kept", "changed"))
        found = self._con.execute(f"select {counts}, exists({left} except all {right})").fetchall()[0]
        return found[0] == found[1] and not found[2]
