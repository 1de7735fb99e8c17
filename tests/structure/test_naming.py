"""The naming rule can be read off its page, and sees what it forbids."""

import pytest

from tests.structure import naming
from tests.structure.naming import Column

RULE = naming.read()
TEXT = "varchar"


def one(name: str, kind: str, schema: str = "facts") -> Column:
    return Column(schema, "fct_x", name, kind, "Said.")


def complaints(column: Column) -> list[str]:
    """Complaints about the one column, not about rows of the rule that it does not need."""
    return [c for c in naming.wrong_columns(RULE, [column]) if not c.startswith("docs/")]


@pytest.mark.parametrize(
    "column",
    [
        one("paid_date", "date"),
        one("year", "integer"),
        one("nis_code", TEXT),
        one("amount_eur", "decimal(18,2)", "marts"),
        one("with_wes", "bigint", "marts"),
        one("with_wes", "boolean"),
        one("reasons", 'struct("rule" varchar, on_fail varchar, "rows" integer)[]', "staging"),
    ],
    ids=str,
)
def test_fits(column: Column) -> None:
    assert complaints(column) == []


@pytest.mark.parametrize(
    ("column", "word"),
    [
        (one("nis_code", "integer"), "may not be"),
        (one("paid_date", TEXT), "may not be"),
        (one("amount_eur", "double"), "may not be"),
        (one("amount_eur", "decimal(12,2)", "marts"), "may not be"),
        (one("with_wes", "bigint"), "may not be"),
        (one("is_open", "integer"), "may not be"),
        (one("year", TEXT), "may not be"),
        (one("bedrag", "double"), "no shape or word"),
        (one("paid", "boolean"), "no shape or word"),
        (one("PaidDate", "date"), "no shape or word"),
    ],
    ids=str,
)
def test_does_not_fit(column: Column, word: str) -> None:
    assert len(found := complaints(column)) == 1 and word in found[0]


def test_a_row_of_the_rule_that_nothing_needs_is_told() -> None:
    assert "docs/naming.md: no column needs '*_pp'" in naming.wrong_columns(RULE, [one("year", "integer")])
    assert "docs/naming.md: there is no model labels" in naming.wrong_models(RULE, [("facts", "fct_x")])


@pytest.mark.parametrize("pair", [("facts", "stg_x"), ("marts", "counts"), ("staging", "x_stg")])
def test_a_model_of_another_schema_is_told(pair: tuple[str, str]) -> None:
    assert [c for c in naming.wrong_models(RULE, [pair]) if c.startswith(".".join(pair))] != []


def test_descriptions_are_there_once_and_mean_one_thing() -> None:
    def told(*columns: Column) -> list[str]:
        return naming.wrong_descriptions(RULE, columns)

    same = [Column("marts", m, "ended", "bigint", "Ended.") for m in ("a", "b")]
    shared = [Column("marts", m, "ended", "bigint", "Ended.", is_shared=True) for m in ("a", "b")]
    other = Column("marts", "c", "ended", "bigint", "Stopped.")
    years = [Column("marts", m, "year", "integer", f"Year of {m}.") for m in ("a", "b")]
    assert told(Column("marts", "a", "ended", "bigint", " ")) == ["a.ended has no description"]
    assert told(*same) == ["ended is described in the same words in a, b; use a doc block"]
    assert told(shared[0], other) == ["ended is described in different words in a, c"]
    assert told(*shared) == told(*years) == []


@pytest.mark.parametrize("text", ["One row per year. More.", "Rows.", "", "One row per year"])
def test_a_description_without_grain_at_its_end_is_told(text: str) -> None:
    assert naming.without_grain([("m", text)]) != []
    assert naming.without_grain([("m", "Counts.\nOne row per year and place."), ("s", "Dates. Exactly one row.")]) == []
