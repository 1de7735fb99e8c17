"""The figures that a release showed: stored as Parquet in its folder, and read for the revision sheet of a later
annex."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb

from exports.comparison.displayed import Key, of_package, tidy_of_workbook
from exports.figures.identity import Value
from exports.questions.question import Question
from orchestration.store.sql import literal, read_csv, read_parquet

FIGURES, TIDY = "cijfers", "gegevens"
_COLUMNS = {
    "sheet": "varchar",
    "measure": "varchar",
    "nis_code": "varchar",
    "year": "integer",
    "number": "decimal(24,6)",
    "sign": "varchar",
}
"""A figure has a number or a sign such as [z], never both. `nis_code` is "Vlaanderen" for a total."""


def keep(folder: Path, question: Question) -> None:
    """Read the annexes of the question in `folder` and store the figures that they show in subfolders of it."""
    for name in (FIGURES, TIDY):
        (folder / name).mkdir()
    for annex in question.annexes:
        path = folder / annex.file_name
        rows = (
            (*key, value if isinstance(value, Decimal) else "", value if isinstance(value, str) else "")
            for key, value in of_package(folder / f"{annex.key}_csv").items()
        )
        _write(folder / FIGURES / f"{annex.key}.parquet", _COLUMNS, rows)
        for mart, (names, texts) in tidy_of_workbook(path, annex.kind).items():
            _write(folder / TIDY / f"{annex.key}__{mart}.parquet", dict.fromkeys(names, "varchar"), texts)


def shown(folder: Path, annex_key: str) -> dict[Key, Value]:
    """Identity -> value of the figures that an annex of the release in `folder` showed; a value is a number or a
    sign."""
    path = folder / FIGURES / f"{annex_key}.parquet"
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        rows = con.execute(f"select {', '.join(_COLUMNS)} from {read_parquet(path)}").fetchall()
    return {Key(*row[:4]): row[5] if row[4] is None else _plain(row[4]) for row in rows}


def _plain(number: Decimal) -> Value:
    """Without the zeros that the column's six decimals add."""
    return int(number) if number == number.to_integral_value() else number.normalize()


def deliveries(folder: Path) -> set[str]:
    """SHA-256 of the accepted deliveries that the release in `folder` rests on."""
    path = folder / "deliveries.parquet"
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        found = con.execute(f"select sha256 from {read_parquet(path)} where status = 'accepted'").fetchall()
    return {sha256 for (sha256,) in found}


def _write(path: Path, columns: Mapping[str, str], rows: Iterable[Sequence[object]]) -> None:
    """Rows as Parquet, by way of a CSV file, which DuckDB reads a hundred times faster than rows from Python."""
    loose = path.with_suffix(".csv")
    with loose.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    typed = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in columns.items())
    options = "header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', auto_detect = false, "
    options += f"columns = {{{typed}}}"
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        con.execute(
            f"copy (select * from {read_csv(loose, options)}) to {literal(path)} (format parquet, compression zstd)"
        )
    loose.unlink()
