"""The deliveries of a data folder so many times over, for measuring: `python -m tests.spark.larger FROM TO TIMES`.

Every row of the lake but those of leefloners is there TIMES times, each copy with people, trajectories and keys of its
own; so every count of people is TIMES what it was, and a ratio means nothing. What was quarantined stays as it was. The
files stay as many, each of them larger, and the ledger says how many rows they have now.
"""

import shutil
import sys
from pathlib import Path

import duckdb

from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote, read_parquet

COUNTED = "leefloners"
"""The source that counts people instead of naming them."""
KEYS = ("_id", "_key")
"""How the names of columns end by which rows find each other; those of the files begin with `_`."""

MOST_ROWS = 10_000_000
"""More than a file has rows: every row of a copy has a number of its own."""


def multiply(data: DataFolder, folder: Path, times: int) -> DataFolder:
    """A new data folder with `times` the people."""
    made = DataFolder(folder)
    for there, here in ((data.ledger.parent, made.ledger.parent), (data.quarantine, made.quarantine)):
        shutil.copytree(there, here)
    with duckdb.connect() as con:
        more = f"case when source = {literal(COUNTED)} then 0 else {times - 1} * rows_accepted end"
        rows = ", ".join(f"cast({name} + {more} as integer) as {name}" for name in ("rows_read", "rows_accepted"))
        ledger = f"select * replace ({rows}) from {read_parquet(data.ledger)}"
        con.execute(f"copy ({ledger}) to {literal(made.ledger)} (format parquet)")
    for source in sorted(data.lake.iterdir()):
        (made.lake / source.name).mkdir(parents=True)
        for file in sorted(source.glob("*.parquet")):
            here = read_parquet(file)
            with duckdb.connect() as con:
                names = [name for name, *_ in con.execute(f"describe from {here}").fetchall()]
                own = [quote(name) for name in names if name.endswith(KEYS) and not name.startswith("_")]
                changed = ", ".join(f"{name} || '-' || number as {name}" for name in own)
                changed += f", cast(_row + number * {MOST_ROWS} as integer) as _row"
                copies = f"select * exclude (number) replace ({changed}) from {here}, range({times}) as copies (number)"
                rows = f"from {here}" if source.name == COUNTED else copies
                con.execute(f"copy ({rows}) to {literal(made.lake / source.name / file.name)} (format parquet)")
    return made


if __name__ == "__main__":
    multiply(DataFolder(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve(), int(sys.argv[3]))
