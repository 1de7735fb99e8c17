"""What the original files are searched for."""

from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from orchestration.ingest.persons.pseudonym import client_key
from orchestration.ingest.readers import apart
from orchestration.maintenance import originals
from tests.support.deliveries import INSZ, contract, csv_text, delivery, write_text

FULL_WIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")


@pytest.mark.slow
@pytest.mark.parametrize("spelt", [str, lambda number: f"zie {number}.", lambda number: number.translate(FULL_WIDTH)])
def test_the_rows_of_a_person_are_found_however_the_number_is_written(tmp_path: Path, spelt) -> None:
    text = f"""
        transmissie_id | klant_id         | transmissiedatum
        \u00c91          | {INSZ[1]}        | 2024-01-02
        X2             | {spelt(INSZ[0])} | 2024-01-02
    """
    path = write_text(tmp_path, "transmissies_2024-01-31.csv", csv_text(text))
    assert originals.rows_of(contract.load("transmissies"), delivery(path), [INSZ[0]], {}) == ([3], True)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize(("column", "whole"), [("opmerking", False), ("reden", True)])
def test_a_file_with_a_column_that_is_not_read_was_not_searched_whole(
    tmp_path: Path, suffix: str, column: str, whole: bool
) -> None:
    names, row = ["transmissie_id", "klant_id", "transmissiedatum", column], ["X1", INSZ[1], "2024-01-02", "zus"]
    path = tmp_path / f"transmissies_2024-01-31.{suffix}"
    if suffix == "csv":
        path.write_text(";".join(names) + "\n" + ";".join(row) + "\n")
    elif suffix == "xlsx":
        book = Workbook()
        for cells in (names, row):
            book.worksheets[0].append(cells)
        book.save(path)
    else:
        texts = ", ".join(f"'{text}' as {name}" for name, text in zip(names, row, strict=True))
        duckdb.execute(f"copy (select {texts}) to '{path}' (format parquet)")
    assert originals.rows_of(contract.load("transmissies"), delivery(path), [INSZ[0]], {}) == ([], whole)


@pytest.mark.slow
@pytest.mark.parametrize(("content", "whole"), [("klant_id;\u00e9\nx;y\n", False), ("", True)])
def test_a_file_that_cannot_be_read_was_not_searched(tmp_path: Path, content: str, whole: bool) -> None:
    path = write_text(tmp_path, "transmissies_2024-01-31.csv", content)
    assert originals.rows_of(contract.load("transmissies"), delivery(path), [INSZ[0]], {}) == ([], whole)


@pytest.mark.slow
def test_a_file_is_searched_in_parts_as_it_is_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [f"X{n};{INSZ[n % 3]};2024-01-02;" for n in range(7)] + [
        f"bij {INSZ[0]};fout;;",
        f"half {INSZ[3]}",
        f"{INSZ[1]};;;",
    ]
    text = "\n".join(["transmissie_id;klant_id;transmissiedatum;opmerking", *rows])
    found = delivery(write_text(tmp_path, "transmissies_2024-01-31.csv", text))
    source = contract.load("transmissies")

    def searched() -> tuple:
        person = {client_key(INSZ[1], b"old"), client_key(INSZ[2], b"old")}
        translation = originals.Translation()
        translation.read(source, found, b"old", b"new")
        return (
            originals.rows_of(source, found, [INSZ[0]], {"transmissie_id": ["X1"]}),
            originals.numbers_of(source, found, person, b"old"),
            translation,
        )

    whole = searched()
    assert whole[0] == ([2, 3, 5, 8, 9], False) and whole[1] == {INSZ[1], INSZ[2]}
    assert [len(each) for each in (whole[2].numbers, whole[2].identifications, whole[2].marks)] == [3, 2, 4]
    monkeypatch.setattr(apart, "ROWS", 2)
    assert searched() == whole
