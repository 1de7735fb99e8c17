"""The contracts of the sources and the expectations that guard them.

`<source>.yml` is the one place where a source's columns, bounds and row rules stand; a steward edits it.
`contract` reads it, `routing` turns a rule into SQL that finds the rows it refuses, `suite` lets Great
Expectations judge the same rule, `gx_duckdb` is the bridge between Great Expectations and DuckDB.
Importing this package costs milliseconds: Great Expectations itself is imported by `suite.validate` alone.
"""
