"""Every construct that models use, on Spark and on DuckDB: the same macro, function or cast, over the values at which
engines part."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import duckdb
import jinja2
import pytest

from orchestration.store.paths import DBT_PROJECT, DataFolder
from orchestration.warehouse import spark
from tests.spark.portable import not_portable
from tests.spark.traps import TRAPS

pytestmark = pytest.mark.slow
Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def ask_spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    with spark.session(DataFolder(tmp_path_factory.mktemp("spark"))) as session:
        session.conf.set("spark.sql.ansi.enabled", "false")  # as dbt-spark has it
        yield lambda sql: [tuple(row) for row in session.sql(sql).collect()]


def ask_duckdb(sql: str) -> Any:
    with duckdb.connect() as con:
        return con.execute(sql).fetchall()


def macro(engine: str, call: str) -> str:
    """The SQL of a call of a macro of the dbt project, as an engine gets it."""

    class Adapter:
        @staticmethod
        def dispatch(name: str, project: str) -> Any:
            return getattr(made, f"{engine}__{name}", None) or getattr(made, f"default__{name}")

    files = sorted((DBT_PROJECT / "macros").glob("*.sql"))
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    template = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(text)
    made: Any = template.make_module({"adapter": Adapter})
    name, _, given = call.partition("(")
    return getattr(made, name)(*(one.strip() for one in given.rstrip(")").split(",")))


EDGES = [
    dt.date(year, month, day)
    for year in (2019, 2020, 2024)
    for month, day in ((1, 1), (1, 30), (1, 31), (2, 1), (2, 28), (3, 1), (3, 31), (4, 30), (12, 31))
] + [dt.date(2020, 2, 29), dt.date(2024, 2, 29)]
PAIRS = ", ".join(f"(date '{a}', date '{b}')" for a in EDGES for b in EDGES)


@pytest.mark.parametrize(
    "call",
    [
        "add_months(a, 12)",
        "add_months(a, 2)",
        "add_months(a, -1)",
        "day_after(a)",
        "first_of_month(a)",
        "year_of(a)",
        "months_apart(a, b)",
        "completed_months(a, b)",
        "measuring_date(a)",
    ],
)
def test_a_macro_of_dates_gives_the_same(call: str, ask_spark: Ask) -> None:
    asked = {e: f"select a, b, {macro(e, call)} as v from (values {PAIRS}) as t (a, b)" for e in ("spark", "duckdb")}
    assert sorted(ask_spark(asked["spark"])) == sorted(ask_duckdb(asked["duckdb"]))


def test_elements_of_an_array_give_the_same_and_an_empty_array_no_row(ask_spark: Ask) -> None:
    arrays = {"spark": "array({})", "duckdb": "[{}]"}
    found = {}
    for engine, ask in (("spark", ask_spark), ("duckdb", ask_duckdb)):
        rows = " union all ".join(
            f"select {n} as n, {value} as checks"
            for n, value in enumerate((arrays[engine].format("'x', 'y'"), "null", arrays[engine].format("'z'")))
        )
        join = macro(engine, "join_elements(t.checks, c)")
        found[engine] = sorted(ask(f"select t.n, c.item from ({rows}) as t {join}"))
    assert found["spark"] == found["duckdb"] == [(0, "x"), (0, "y"), (2, "z")]


SAME = {
    "count of what meets a condition": "select count(*) filter (where v > 1), count(*) filter (where v is null) > 0 "
    "from (values (1), (2), (null)) as t (v)",
    "means of whole numbers": "select avg(v) from (values (1), (2), (2), (null)) as t (v)",
    "mean of nothing": "select avg(v), sum(v) from (values (1)) as t (v) where v > 1",
    "sum of decimals": "select cast(sum(cast(v as decimal(12, 2))) as decimal(18, 2)) "
    "from (values ('0.10'), ('0.20'), ('-0.05')) as t (v)",
    "smallest by another column": "select min_by(a, b) from (values ('x', 2), ('y', 1), ('z', null)) as t (a, b)",
    "greatest with a missing value": "select greatest(1, coalesce(null, 1)), greatest(date '2024-01-01', null)",
    "three truth values": "select v and null, v or null, not v, coalesce(v, false) "
    "from (values (true), (false), (null)) as t (v)",
    "share of nothing": "select 100 * 1 / nullif(0, 0)",
    "division of whole numbers": "select 7 / nullif(2, 0), 100 * (3 - 2) / nullif(3, 0)",
    "newest first": "select v, row_number() over (order by delivered_on desc, file_name desc) from "
    "(values (date '2024-01-31', 'a_10', 1), (date '2024-01-31', 'a_9', 2), (date '2024-01-01', 'b', 3)) "
    "as t (delivered_on, file_name, v)",
    "running sum": "select calendar_month, sum(v) over "
    "(order by calendar_month rows between unbounded preceding and current row) "
    "from (values (1, 1), (2, -1), (3, 5)) as t (calendar_month, v)",
    "text of a date": "select cast(date '2024-01-05' as string), 'a' || cast(3 as string) || null",
    "texts in order": "select max(v), min(v) from (values ('a'), ('B'), ('é'), ('z'), ('Z_1'), ('')) as t (v)",
    "far date": "select coalesce(cast(null as date), date '9999-12-01')",
    "means that are whole numbers": "select sum(v * 27720 / nullif(7, 0)), sum(v * 27720 / nullif(11, 0)) "
    "from (values (cast(1 as bigint)), (3), (123456789)) as t (v)",
}
"""What -> a statement that both answer alike."""


def comparable(rows: list[tuple]) -> list[tuple]:
    """Sorted, missing values too; a whole number may be a decimal, a date never a moment."""
    plain = [
        tuple(float(v) if isinstance(v, Decimal) and v == v.to_integral_value() else v for v in row) for row in rows
    ]
    return sorted(plain, key=lambda row: [(value is None, str(value)) for value in row])


@pytest.mark.parametrize("what", SAME)
def test_the_same_statement_gives_the_same(what: str, ask_spark: Ask) -> None:
    assert comparable(ask_spark(SAME[what])) == comparable(ask_duckdb(SAME[what]))


@pytest.mark.parametrize("what", TRAPS)
def test_what_is_kept_out_of_models_would_give_something_else(what: str, ask_spark: Ask) -> None:
    """When it fails, Spark or DuckDB has changed, and the trap can go."""
    assert comparable(ask_spark(TRAPS[what])) != comparable(ask_duckdb(TRAPS[what]))


def test_every_statement_here_is_one_that_models_may_hold() -> None:
    assert {what: found for what, sql in SAME.items() if (found := not_portable(sql))} == {}
