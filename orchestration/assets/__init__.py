"""The assets, one file per stage: `lake` (ingest), `warehouse` (dbt), `publish`, `annexes`.

Each file gives a function that builds its assets; nothing happens at import. An asset calls one function and reports
what it returned.
"""
