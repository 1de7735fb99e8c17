"""What the SQL of models and data tests may hold, so that DuckDB and Spark give the same rows: a list of what both are
known to read alike. What is not on it is refused, since a construct that is read otherwise seldom fails: most give
other figures without a word (`tests/spark/traps.py`).

Looked at is compiled SQL, so a macro is held to it wherever it is used.
"""

from collections.abc import Iterator

from sqlglot import exp, parse_one

FUNCTIONS = {
    # Rows to one value. Of a sum the type differs, so every sum that is kept is cast by its contract.
    *("COUNT", "SUM", "AVG", "MIN", "MAX", "ARG_MIN"),
    *("ROW_NUMBER", "LAG", "LEAD"),
    *("COALESCE", "NULLIF", "GREATEST", "CASE", "IF", "CAST", "EXTRACT", "DATE_TRUNC", "TIMESTAMP_TRUNC", "UNNEST"),
    *("AND", "OR"),  # operators, which the parser has among the functions
    "READ_PARQUET",  # as dbt-duckdb names a source; Spark has a table there
}
"""By the parser's own names."""
PARTS_OF_DATES = {"YEAR", "MONTH"}
NEVER_EMPTY = {"delivered_on", "file_name", "first_month", "calendar_month", "lower_bound"}
"""Columns that rows may be put in order by: with an empty value Spark begins where DuckDB ends."""
WHOLE_NUMBERS = (exp.DataType.Type.INT, exp.DataType.Type.BIGINT)
NEVER_NOUGHT = (exp.Nullif, exp.Count)
"""What may be divided by, since by nought DuckDB gives infinity and Spark nothing. A group has a row."""


def not_portable(sql: str) -> list[str]:
    """Why this statement may give other rows on Spark; nothing when all in it is known."""
    return sorted(set(_complaints(parse_one(sql, dialect="duckdb"))))


def _complaints(statement: exp.Expression) -> Iterator[str]:
    for node in statement.walk():
        match node:
            case exp.Anonymous():
                yield f"function {node.name.upper()}"
            case exp.Func() if node.sql_name() not in FUNCTIONS:
                yield f"function {node.sql_name()}"
        match node:
            case exp.Extract() if node.name.upper() not in PARTS_OF_DATES:
                yield f"extract of {node.name.upper()}"
            case exp.TimestampTrunc() | exp.DateTrunc() if node.unit.name.upper() != "MONTH":
                yield f"date_trunc to {node.unit.name.upper()}"
            case exp.Cast() if node.to.this in WHOLE_NUMBERS and _has_fraction(node.this.unnest()):
                yield "cast of a fraction to a whole number"
            case exp.Cast() if node.to.this == exp.DataType.Type.DECIMAL and not node.to.sql().endswith(", 2)"):
                yield "cast of a mean or share to a decimal"
            case exp.Div() if not isinstance(node.expression, NEVER_NOUGHT) and not node.find_ancestor(exp.If):
                yield "division by what may be nought"
            case exp.Ordered() if node.this.name not in NEVER_EMPTY:
                yield f"order by {node.this.sql()}"
            case exp.Identifier() if node.quoted and not isinstance(node.parent, exp.Table):  # dbt quotes these itself
                yield f"name in quotes: {node.name}"
            case exp.Literal() if node.is_string and "\\" in node.name:
                yield "backslash in a text"
            case exp.Qualify() | exp.Star(args={"except_": [_, *_]}) | exp.Pivot() | exp.Bracket() | exp.IntDiv():
                yield type(node).__name__.lower()
            case exp.Sub() if _is_date(node.this) or _is_date(node.expression):
                yield "a date less a date"


def _has_fraction(node: exp.Expression) -> bool:
    """May it have one? Spark cuts it off in a cast, DuckDB rounds."""
    return isinstance(node, exp.Div | exp.Avg) or (isinstance(node, exp.Literal) and "." in node.name)


def _is_date(node: exp.Expression) -> bool:
    """As far as can be told without the types of columns: a cast, or a name that the naming rule gives to dates."""
    node = node.unnest()
    if isinstance(node, exp.Cast):
        return node.to.this == exp.DataType.Type.DATE
    return isinstance(node, exp.Column) and node.name.endswith(("_date", "_month", "_on"))
