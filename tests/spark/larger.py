"""The deliveries of a data folder so many times over, for measuring: `python -m tests.spark.larger FROM TO TIMES`.

Every row of the lake but those of leefloners is there TIMES times, each copy with people, trajectories and keys of its
own; so every count of people is TIMES what it was, and a ratio means nothing. The ledger stays: what a
delivery held at the door is no part of the figures. A file of the lake grows with its delivery, as in a larger country.
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


def multiply(data: DataFolder, folder: Path, times: int) -> DataFolder:
    """A new data folder with `times` the people."""
    shutil.copytree(data.ledger.parent, folder / data.ledger.parent.name)
    made = DataFolder(folder)
    for source in sorted(data.lake.iterdir()):
        (made.lake / source.name).mkdir(parents=True)
        for file in sorted(source.glob("*.parquet")):
            here = read_parquet(file)
            with duckdb.connect() as con:
                names = [name for name, *_ in con.execute(f"describe from {here}").fetchall()]
                own = [quote(name) for name in names if name.endswith(KEYS) and not name.startswith("_")]
                changed = ", ".join(f"{name} || '-' || number as {name}" for name in own)
                copies = f"select * exclude (number) replace ({changed}) from {here}, range({times}) as copies (number)"
                rows = f"from {here}" if source.name == COUNTED else copies
                con.execute(f"copy ({rows}) to {literal(made.lake / source.name / file.name)} (format parquet)")
    return made


if __name__ == "__main__":
    multiply(DataFolder(Path(sys.argv[1]).resolve()), Path(sys.argv[2]).resolve(), int(sys.argv[3]))
