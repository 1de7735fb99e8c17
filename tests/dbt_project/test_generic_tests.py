"""The generic tests of the dbt project fail on the rows that they should, and on no others.

A generic test that can't fail guards nothing. Each is rendered as dbt renders it (a macro over a relation) and run on a
few rows; the rows that it gives back are the ones that dbt would count as failures.
"""

import re
from pathlib import Path

import duckdb
import jinja2
import pytest

from orchestration.store.paths import DBT_PROJECT

FOLDER = DBT_PROJECT / "tests" / "generic"
TABLES = """
    create table rows_ as select * from (values
        (1, 'm', 'gender', 10), (2, 'v', 'gender', null), (2, 'v', 'gender', 5), (null, 'q', 'gender', -1),
        (null, 'q', 'position', 0)
    ) as t (id, code, label_set, amount);
    create table labels as
        select * from (values ('gender', 'm'), ('gender', 'v'), ('other', 'q')) as t (label_set, code);
    create table others as select * from (values (1, 10), (2, 4), (3, 0), (4, 1)) as t (number, amount);
"""
CASES = {
    # test: (its arguments, the failing rows)
    "always_true": ({"condition": "amount >= 0"}, {(2, "v", "gender", None), (None, "q", "gender", -1)}),
    "known_codes": ({"label_set": "rows_.label_set", "column": "code"}, {("gender", "q"), ("position", "q")}),
    "at_most": ({"rows": 1, "by": ["id"]}, {(2, 2), (None, 2)}),
    "unique_combination": ({"columns": ["id", "code"]}, {(2, "v"), (None, "q")}),
    "same_total": (
        {
            "total": "sum(amount)",
            "other": "others",
            "other_total": "sum(amount)",
            "by": ["id"],
            "other_by": ["number"],
        },
        # 1 agrees; 3 is nothing on one side and absent on the other, which is the same total
        {(2, 5, 4), (4, None, 1), (None, -1, None)},
    ),
}


def rendered(name: str, arguments: dict[str, object]) -> str:
    """The SQL of a generic test over `rows_`. `{% test %}` is dbt's own word for a macro named `test_...`."""
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    text = re.sub(r"{% test (\w+)\(", r"{% macro \1(", text).replace("{% endtest %}", "{% endmacro %}")
    module = jinja2.Environment(autoescape=False).from_string(text, {"ref": lambda relation: relation}).module
    return str(getattr(module, name)("rows_", **arguments))


def failing(name: str, arguments: dict[str, object]) -> list[tuple]:
    with duckdb.connect() as con:
        con.execute(TABLES)
        return con.execute(rendered(name, arguments)).fetchall()


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.sql")))
def test_gives_back_the_failing_rows(name: str) -> None:
    arguments, expected = CASES[name]
    found = failing(name, arguments)
    assert len(found) == len(expected) and set(found) == expected


def test_every_case_is_of_a_test_that_exists() -> None:
    assert {name for name in CASES if not Path(FOLDER / f"{name}.sql").exists()} == set()
