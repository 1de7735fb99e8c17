"""What one large delivery costs: memory and CPU of the process that loads it and of the one that reads it.

    python -m tests.benchmark.deliveries.large FOLDER [--rows 2000000] [--format parquet] [--source transmissies]

Writes the file into FOLDER and loads it into a data folder there, through the whole door with Great Expectations. The
memory must not grow with the rows but for eight bytes a row. Linux alone.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

DAY = dt.date(2025, 1, 31)
PERSON = "10 + i // 3"
"""Every person comes three times, and has a valid number: a day of birth, three digits, a checksum."""
INSZ = f"""(
    select nine || lpad(cast(97 - cast(nine as bigint) % 97 as varchar), 2, '0')
    from (select strftime(date '1950-01-01' + cast(({PERSON}) % 18000 as integer), '%y%m%d')
        || lpad(cast(({PERSON}) // 18000 % 998 + 1 as varchar), 3, '0') as nine)
)"""
WHEN = "cast(date '2024-01-01' + cast(i % 300 as integer) as varchar)"
COLUMNS = {
    "transmissies": f"'T' || lpad(cast(i as varchar), 9, '0') as transmissie_id, {INSZ} as klant_id, "
    f"{WHEN} as transmissiedatum",
    "screenings": f"'S' || lpad(cast(i as varchar), 9, '0') as screening_id, {INSZ} as klant_id, '44021' as ocmw_nis, "
    f"{WHEN} as screeningsdatum, 'TOEGELEID' as besluit, 'J' as werkervaring_nodig, "
    "'N' as generieke_competenties_te_ontwikkelen, 'J' as nec_haalbaar_binnen_2_jaar, "
    "'J' as minstens_halftijds_inzetbaar",
}
FORMS = {"parquet": "format parquet, compression zstd", "csv": "format csv, delimiter ';', quote ''"}


@dataclass(frozen=True)
class LargeCost:
    """MiB at most of the two processes, which are not at their highest at the same time, and CPU seconds of both."""

    loading: float
    reading: float
    cpu: float

    @property
    def memory(self) -> float:
        return self.loading + self.reading


def write(path: Path, source: str, rows: int) -> None:
    """Writes a delivery in which a row in a thousand repeats an earlier one."""
    import duckdb

    select = f"""
        select {COLUMNS[source]}
        from (select case when range % 1000 = 999 then range - 500 else range end as i from range({rows}))
    """
    with duckdb.connect() as con:
        con.execute(f"copy ({select}) to '{path}' ({FORMS[path.suffix[1:]]})")


def load(path: Path) -> LargeCost:
    """Loads a delivery in this process, which should have done nothing else before."""
    from expectations import contract
    from orchestration.ingest.inbox import parse_name, with_content
    from orchestration.ingest.load import load_source
    from orchestration.ingest.readers import apart
    from orchestration.store.paths import DataFolder

    source, day, label = parse_name(path.name, contract.sources())
    data = DataFolder(path.parent / f"data-{path.suffix[1:]}")
    done = load_source(data, contract.load(source), [with_content(path, source, day, label)], b"k" * 32, "run")
    print(done.text)
    reader = apart._Reader._running
    assert reader is not None and not done.rejected, [entry.message for entry in done.rejected]
    loading, reading = (_peak(pid) for pid in (os.getpid(), reader._process.pid))
    apart._stop()
    times = os.times()
    return LargeCost(loading, reading, times.user + times.system + times.children_user + times.children_system)


def _peak(pid: int) -> float:
    """What a process held of memory at most, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmark.deliveries.large", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--format", choices=FORMS, default="parquet")
    parser.add_argument("--source", choices=COLUMNS, default="transmissies")
    parser.add_argument("--only-write", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    path = asked.folder / f"{asked.source}_{DAY}_{asked.rows}.{asked.format}"
    if asked.only_write:
        write(path, asked.source, asked.rows)
        return 0
    asked.folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "tests.benchmark.deliveries.large", *sys.argv[1:], "--only-write"], check=True
    )
    size, began = path.stat().st_size / 1024**2, time.monotonic()
    cost = load(path)
    seconds = time.monotonic() - began
    of = f"{asked.rows:,} rows of {asked.source}, {size:,.0f} MiB of {asked.format}"
    print(f"{of}; {cost.cpu:.0f} CPU s, {seconds:.0f} s")
    print(f"{cost.loading:.0f} MiB in the process that loads, {cost.reading:.0f} MiB in the one that reads")
    return 0


if __name__ == "__main__":
    sys.exit(main())
