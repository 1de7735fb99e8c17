"""How the tests of `twe protect` ask for a table."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from orchestration.answers.protect import protect
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication


def table(package: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((package / "tabel.csv").open(encoding="utf-8")))


def query(settings: Settings, sql: str, tmp_path: Path) -> list[dict[str, str]]:
    return table(protect.of_query(settings, sql, tmp_path / "table.xlsx").package)


def write(made: Publication, sql: str, path: Path) -> None:
    with duckdb.connect(str(made.database), read_only=True) as con:
        if path.suffix == ".xlsx":
            from openpyxl import Workbook

            book = Workbook()
            found = con.execute(sql)
            book.active.append([item[0] for item in found.description])
            for row in found.fetchall():
                book.active.append(row)
            book.save(path)
        else:
            con.execute(f"copy ({sql}) to '{path}'")
