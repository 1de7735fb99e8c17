"""What changed person numbers cost: the same build of the marts without any, and with one for every twentieth client.

    python -m tests.benchmark.numbers prepare DATA FOLDER     makes FOLDER/without and FOLDER/with from a finished run
    python -m tests.benchmark.numbers build FOLDER            builds the marts of one of them

The changes are made up in the lake: half of them lead to a number of nobody, half to another client, and some of these
on to a third, so that there are chains; the figures of the second build mean nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from expectations import contract
from orchestration.ingest import storage
from orchestration.maintenance.same_figures import BUILD
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal
from orchestration.warehouse import dbt

SOURCE = "insz_wijzigingen"
EVERY = 20


def prepare(finished: DataFolder, folder: Path) -> None:
    for name in ("without", "with"):
        data = DataFolder(folder / name)
        (data.lake / SOURCE).mkdir(parents=True)
        data.work.mkdir()
        for source in finished.lake.iterdir():
            if source.name != SOURCE:
                (data.lake / source.name).symlink_to(source)
        data.ledger.parent.symlink_to(finished.ledger.parent)
        data.run_settings.write_bytes(finished.run_settings.read_bytes())
        storage.ensure_empty(data.lake, [contract.load(SOURCE)])
    first = min(path.stem for path in (finished.lake / SOURCE).glob(f"{SOURCE}_*.parquet"))
    trajectories = literal(finished.lake / "trajecten" / "*.parquet")
    with duckdb.connect() as con:
        con.execute(f"""
            copy (
                with clients as (
                    select client_key, row_number() over (order by client_key) as place
                    from (select distinct client_key from read_parquet({trajectories}) where client_key is not null)
                )
                select one.client_key as oude_insz_key,
                    case when one.place // {EVERY} % 2 = 0 then sha256(one.client_key) else other.client_key end
                        as nieuwe_insz_key,
                    date '2020-01-01' as ingangsdatum, false as verwijderd, {literal(first)} as _delivery_id,
                    'f' as _file_name, date '2020-01-01' as _delivered_on, cast(one.place as integer) as _row
                from clients as one join clients as other
                    on other.place = one.place + case when one.place % 3 = 0 then 2 * {EVERY} else 1 end
                where one.place % {EVERY} = 0
            ) to {literal(folder / "with" / "lake" / SOURCE / f"{first}.parquet")} (format parquet)
        """)


def build(folder: Path) -> None:
    dbt.invoke(DataFolder(folder), BUILD)
    with duckdb.connect(str(DataFolder(folder).warehouse), read_only=True) as con:
        changed, circles = con.execute(
            "select count(*), count(*) filter (is_in_circle) from intermediate.int_client_identity"
        ).fetchall()[0]
    print(f"{changed:,} numbers changed, {circles:,} of them in a circle")


if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        prepare(DataFolder(Path(sys.argv[2])), Path(sys.argv[3]))
    else:
        build(Path(sys.argv[2]))
