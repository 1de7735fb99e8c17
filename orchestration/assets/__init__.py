"""The assets, one file per stage: `lake` (the door), `warehouse` (dbt), `publication`, `annexes`.

Each file gives a function that builds its assets from the settings; nothing happens at import.
"""
