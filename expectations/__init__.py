"""The contracts of the sources, and the link with Great Expectations.

`<source>.yml` is the one place where a source's columns, bounds and row rules stand; a steward edits it.
`contract` reads it (`source_file` and `rule_fields` say what it may hold), `routing` turns a rule into SQL that finds
the rows that break it, `suite` lets Great Expectations count them, `gx_duckdb` is the bridge between Great Expectations
and DuckDB. Importing this package costs milliseconds: Great Expectations is imported by `suite.validate` alone.
"""
