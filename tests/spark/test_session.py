"""Spark as a run starts it: where it writes, who can read that, who can reach it, and that it ends."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.store.files import keep_private
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal
from orchestration.warehouse import spark

pytestmark = pytest.mark.slow
LOOPBACK = {"0100007F", "0000000000000000FFFF00000100007F"}
"""127.0.0.1 as the kernel writes it, alone and within an address of IPv6."""


@pytest.fixture
def odd(tmp_path: Path) -> Iterator[DataFolder]:
    """A data folder whose path holds what is a sign of something in paths, patterns or SQL."""
    mask = os.umask(0)
    os.umask(mask)
    keep_private()
    yield DataFolder(tmp_path / "jaar=2026" / 'd\'été %20 "q"' / "data")
    os.umask(mask)


def listening(process: int) -> set[str]:
    """The addresses at which a process can be reached."""
    own = {str(path.readlink()) for path in Path(f"/proc/{process}/fd").iterdir() if path.is_symlink()}
    rows = [line.split() for kind in ("tcp", "tcp6") for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in own}


def test_it_reads_and_writes_below_any_data_folder_for_its_owner_alone_and_ends(odd: DataFolder) -> None:
    lake = odd.lake / "transmissies"
    lake.mkdir(parents=True)
    with duckdb.connect() as con:  # the second file has a column more, as after a change of a contract
        for number, more in enumerate(("", ", 7 as later")):
            rows = f"select {number} as transmissie_id, date '2024-01-0{number + 1}' as day{more}"
            con.execute(f"copy ({rows}) to {literal(lake / f'd{number}.parquet')} (format parquet)")
    (lake / ".d2.parquet.tmp").write_bytes(b"half written")
    source: dict[str, Any] = {"schema": "lake", "name": "transmissies"}
    with spark.session(odd) as session:
        java = session.sparkContext._gateway.proc.pid
        spark._register(session, odd, source)
        session.sql("create schema marts")
        session.sql("create table marts.found using parquet as select * from lake.transmissies")
        found = session.sql("select * from marts.found order by transmissie_id").collect()
        assert [(row.transmissie_id, str(row.day), row.later) for row in found] == [
            (0, "2024-01-01", None),
            (1, "2024-01-02", 7),
        ]
        assert list((odd.spark / "tables" / "marts.db" / "found").glob("*.parquet"))
        written = [odd.work / "spark.log", *odd.spark.rglob("*")]
        assert {path: oct(path.stat().st_mode) for path in written if path.stat().st_mode & 0o077} == {}
        assert (addresses := listening(java)) and addresses <= LOOPBACK
    assert not Path(f"/proc/{java}").exists()


def test_a_master_that_is_not_there_is_one_line_and_no_java_is_left(
    data: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "spark-defaults.conf").write_text("spark.master nonsense://here\n")
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path))
    with (
        pytest.raises(spark.dbt.DbtError, match=r"^Spark did not start \(\w+\); why is in .*spark\.log$"),
        spark.session(data),
    ):
        pass
    assert "Master must" in (data.work / "spark.log").read_text()


def test_a_damaged_file_of_the_lake_is_one_line(data: DataFolder) -> None:
    (data.lake / "transmissies").mkdir(parents=True)
    (data.lake / "transmissies" / "d0.parquet").write_bytes(b"no Parquet")
    with (
        pytest.raises(spark.dbt.DbtError, match=r"^Spark cannot read lake.transmissies \([A-Z_.]+\)$"),
        spark.session(data) as session,
    ):
        spark._register(session, data, {"schema": "lake", "name": "transmissies"})
