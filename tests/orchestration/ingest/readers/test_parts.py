"""A file with more rows than are held at once comes in parts, in its order, and is refused as a whole."""

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchestration.ingest.inbox import DeliveryError, Remark
from orchestration.ingest.readers import apart, limits
from orchestration.ingest.readers.limits import Limits
from tests.orchestration.ingest.readers.reading import COLUMNS, HEADER, SOURCE, parquet, workbook
from tests.orchestration.ingest.readers.test_apart import MISBEHAVING, SMALL, one
from tests.support.deliveries import delivery, door_database

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not apart.IS_POSSIBLE, reason="files are read in the same process here, at once"),
]
ROWS = [(f"X{n}", "93051822361", "2024-01-02") for n in range(1, 12)]


def file(folder: Path, suffix: str) -> Path:
    """Eleven rows, of which the fourth and fifth are blank, and a column that nobody knows."""
    names = [*COLUMNS, "extra"]
    rows = [*ROWS[:3], ("", "", ""), ("", "", ""), *ROWS[3:9]]
    path = folder / f"transmissies_2024-01-31.{suffix}"
    if suffix == "parquet":
        values = ", ".join(str((n, *row)) for n, row in enumerate(rows))
        columns = ", ".join(f"nullif({name}, '') as {name}" for name in COLUMNS)
        listed = f"(values {values}) as t(n, {', '.join(COLUMNS)})"
        path.write_bytes(parquet(folder, f"select {columns}, null as extra from {listed} order by n"))
    elif suffix == "xlsx":
        path.write_bytes(workbook(names, *([*row, None] for row in rows)))
    else:
        quote = '"' if suffix.startswith("quoted") else ""
        lines = [";".join([f"{quote}{text}{quote}" for text in row] + [""]) for row in rows]
        path = folder / "transmissies_2024-01-31.csv"
        path.write_text("\n".join([";".join(names), *lines, ""]))
    return path


def read(path: Path, rows: int, allowed: Limits = SMALL) -> tuple[list[list[int]], list[tuple], list[Remark]]:
    """The numbers of the rows of each part, all rows, and the remarks of the last part."""
    taken: list[tuple] = []
    numbers: list[list[int]] = []
    remarks: list[Remark] = []
    with closing(apart.parts(SOURCE, delivery(path), allowed, rows)) as parts:
        for part in parts:
            with door_database(SOURCE) as con:
                remarks = part.take(con, 7)
                own = con.execute("from raw order by _row").fetchall()
            assert bool(remarks) <= part.is_last
            numbers.append([row for _, row, *_ in own])
            taken += own
    return numbers, taken, remarks


@pytest.mark.parametrize("suffix", ["csv", "quoted csv", "parquet", "xlsx"])
def test_the_parts_are_the_file(tmp_path: Path, suffix: str) -> None:
    path = file(tmp_path, suffix)
    whole = read(path, 100)
    first = 1 if suffix == "parquet" else 2
    assert whole[0] == [[first + place for place in range(11) if place not in (3, 4)]]
    assert [remark.english for remark in whole[2]] == ["unknown column(s) ignored: extra"]
    for rows in (1, 2, 4, 9):
        numbers, taken, remarks = read(path, rows)
        assert (taken, remarks) == whole[1:]
        assert max(map(len, numbers)) <= rows or suffix == "xlsx"
        assert (len(numbers) == 1) is (suffix == "xlsx")


def test_a_file_of_just_so_many_rows_is_one_part(tmp_path: Path) -> None:
    assert len(read(one(tmp_path, content=HEADER + "1;2;3\n" * 4), 4)[0]) == 1


def test_a_file_that_is_wrong_at_its_end_is_refused_after_its_parts(tmp_path: Path) -> None:
    path = one(tmp_path, content=HEADER + "1;2;3\n" * 4 + '"1;2;3\n')
    with closing(apart.parts(SOURCE, delivery(path), SMALL, 2)) as parts:
        next(parts)
        with pytest.raises(DeliveryError, match="row 6 that is not closed"):
            next(parts)
    with door_database(SOURCE) as con:
        with pytest.raises(DeliveryError, match="row 6 that is not closed"):
            apart.read(con, SOURCE, delivery(path), 7, SMALL)
        assert con.execute("from raw").fetchall() == []


def test_a_file_that_somebody_stops_reading_does_not_come_for_the_next(tmp_path: Path) -> None:
    with closing(apart.parts(SOURCE, delivery(file(tmp_path, "csv")), SMALL, 2)) as parts:
        next(parts)
    assert read(one(tmp_path), 2)[1] == [(7, 2, False, None, "1", "93051822361", "2024-01-01", None)]


@pytest.fixture
def killed_after_a_part(monkeypatch: pytest.MonkeyPatch):
    apart._stop()
    killed = 'found = real(con, contract, delivery, number, parts); parts.given and DOES["killed"](); return found'
    usual = "return real(con, contract, delivery, number, parts)"
    monkeypatch.setattr(apart, "_START", MISBEHAVING.replace(usual, killed))
    yield
    apart._stop()


def test_a_reader_that_the_system_killed_in_the_middle_blames_no_file(tmp_path: Path, killed_after_a_part) -> None:
    with closing(apart.parts(SOURCE, delivery(file(tmp_path, "csv")), SMALL, 6)) as parts:
        next(parts)
        with pytest.raises(limits.NotReadError) as error:
            next(parts)
    assert error.value.under == limits.MACHINE


def test_what_is_done_with_a_part_does_not_count_as_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(apart, "time", SimpleNamespace(monotonic=lambda: now[0]))
    with closing(apart.parts(SOURCE, delivery(file(tmp_path, "csv")), SMALL, 3)) as parts:
        for _ in parts:
            now[0] += SMALL.seconds
