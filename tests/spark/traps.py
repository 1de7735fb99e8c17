"""Statements that DuckDB and Spark both take, and answer otherwise: why `portable` is a list of what is known."""

TRAPS = {
    "concat of a missing value": "select concat('a', null)",
    "difference of dates": "select date '2024-03-01' - date '2024-01-31'",
    "fraction to a whole number": "select cast(2.7 as integer)",
    "replacing by a pattern": "select regexp_replace('aa', 'a', 'b')",
    "division by nought": "select 1 / 0",
    "day of the week, as a part": "select extract(dow from date '2024-01-07')",
    "day of the week, as a function": "select dayofweek(date '2024-01-07')",
    "name in quotes": """select "v" from (select 1 as v) as t""",
    "backslash": r"select 'a\nb'",
    "missing value in an order": "select v from (values (1), (null)) as t (v) order by v limit 1",
    "mean as a decimal": "select cast(cast(22 as double) / nullif(3, 0) as decimal(38, 18))",
    "hash": "select hash('a')",
}
"""What -> a statement in which DuckDB and Spark differ."""
