"""Ingest: deliveries are read, pseudonymised, validated and kept. Plain functions, no Dagster.

`inbox` says what lies there and what is new, `readers` turns a file into text in DuckDB, `parsing` text into typed
columns, `validation` applies the rules, `storage` writes lake and quarantine, `judging` does these three for rows that
are held together, `in_parts` for a file with more rows than that, `ledger` remembers, `load` ties them together. No
source has code of its own: everything comes from `expectations/<source>.yml`.
"""
