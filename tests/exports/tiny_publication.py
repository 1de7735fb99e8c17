"""A tiny publication for the tests of the annexes: four municipalities, made with duckdb in a folder. No tests here."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

from exports import AnnexResult, load_questions, write_annex
from tests.support.render import render, render_package

YEARS = (2022, 2023)
QUESTIONS = {
    name: question.model_copy(
        update={"annexes": tuple(annex.model_copy(update={"years": YEARS}) for annex in question.annexes)}
    )
    for name, question in load_questions().items()
}
"""Those of the project, for the years that the tiny publication has."""
ANNEXES = [(question.id, annex.number) for question in QUESTIONS.values() for annex in question.annexes]

PLACES = {
    "11001": ("Aartselaar", "Antwerpen", False),
    "11002": ("Antwerpen", "Antwerpen", True),
    "44021": ("Gent", "Oost-Vlaanderen", True),
    "73109": ("Voeren", "Limburg", False),
    "99999": ("Niet toewijsbaar", "Niet toewijsbaar", False),
}
ARRONDISSEMENTS = {"11001": "Antwerpen", "11002": "Antwerpen", "44021": "Gent", "73109": "Tongeren"}
COMMON = "year integer, nis_code varchar, municipality varchar, province varchar, is_centre_city boolean"
MARTS = {
    "mart_started_duration": "expected_months integer, trajectories bigint",
    "mart_started_profile": "characteristic varchar, category varchar, trajectories bigint",
    "mart_wage_subsidies": ("basis varchar, subsidies bigint, amount_eur decimal(18,2), correction_eur decimal(18,2)"),
    "mart_ended_duration": "ending varchar, duration_class varchar, trajectories bigint",
    "mart_outflow": "position varchar, trajectories bigint",
    "mart_competence": ("measured bigint, with_training bigint, with_workplace_learning bigint, with_either bigint"),
    "mart_transmissions": "measured bigint, with_transmission bigint",
    "mart_activation_ratio": (
        "basis varchar, clients_in_twe double, leefloners double, equivalent_leefloners double, ratio_pct double, "
        "clients_change_pct double, ratio_change_pct double, ratio_change_pp double, difference_flanders_pp double"
    ),
    "mart_aftercare": (
        "ended bigint, with_art60 bigint, timely_work bigint, aftercare_months double, with_wes bigint, "
        "with_ibo bigint, with_opleidingsstage bigint, with_coaching bigint"
    ),
    "mart_intake": (
        "screened bigint, meeting_criteria bigint, incomplete bigint, referred bigint, referred_meeting bigint, "
        "referred_not_meeting bigint"
    ),
}
ROWS: dict[str, list[tuple[Any, ...]]] = {
    "mart_started_duration": [
        (2022, "11002", 12, 5), (2022, "11002", None, 1), (2022, "44021", 0, 2), (2023, "11002", 24, 3),
        (2023, "11002", 25, 1), (2023, "44021", 30, 1), (2023, "11001", 1, 4),
    ],
    "mart_started_profile": [
        (2022, "11002", "gender", "m", 4), (2022, "11002", "gender", "v", 2),
        (2022, "11002", "age", "<25", 6), (2022, "11002", "unemployment", "unknown", 6),
        (2022, "11002", "schooling", "short", 5), (2022, "11002", "schooling", "unknown", 1),
        (2022, "11002", "migration_background", "yes", 6),
        *((year, nis, name, category, count)
          for year, nis, count in ((2022, "44021", 2), (2023, "11002", 4), (2023, "44021", 1), (2023, "11001", 4))
          for name, category in (("gender", "v"), ("age", "25-39"), ("unemployment", "0-11"),
                                 ("schooling", "not_short"), ("migration_background", "no"))),
    ],
    "mart_wage_subsidies": [
        (2022, "11002", "performance", 12, "15000.10", "-100.05"), (2022, "11002", "payment", 11, "14000.00", "0"),
        (2022, "44021", "performance", 3, "3000.20", "0"), (2023, "11002", "performance", 0, "-250.00", "-250.00"),
        (2023, "99999", "performance", 1, "900.33", "0"),
    ],
    "mart_ended_duration": [
        (2021, "11002", "executed", "12-17", 3), (2022, "11002", "executed", "12-17", 7),
        (2022, "11002", "early", "0-2", 3), (2022, "44021", "executed", "6-11", 3), (2022, "73109", "early", "3-5", 1),
        (2023, "44021", "executed", "24+", 2),
    ],
    "mart_outflow": [
        (2022, "11002", "nec", 2), (2022, "11002", "ziekte", 1), (2023, "11002", "nec", 10),
        (2023, "44021", "unknown", 3), (2023, "73109", "sec", 1),
    ],
    "mart_competence": [
        (2022, "11002", 3, 1, 1, 2), (2023, "11002", 10, 2, 2, 4), (2023, "44021", 3, 0, 3, 3),
        (2023, "73109", 1, 0, 0, 0),
    ],
    "mart_transmissions": [(2022, "11002", 3, 1), (2023, "11002", 10, 0), (2023, "44021", 3, 0), (2023, "73109", 1, 1)],
    "mart_activation_ratio": [
        (2021, "11002", "year_average", 100.0, 400.0, None, 25.0, None, None, None, 0.0),
        (2022, "11001", "year_average", 0.25, 0.0, None, None, None, None, None, None),
        (2022, "11002", "year_average", 120.0, 400.0, 30.5, 30.0, 20.0, 20.0, 5.0, 1.25),
        (2022, "44021", "year_average", 50.0, 191.25, None, 26.143791, None, None, None, -2.6),
        (2022, "11002", "january", 1.0, 2.0, None, 50.0, None, None, None, None),
        (2023, "11002", "year_average", 90.0, 450.0, 20.0, 20.0, -25.0, -33.333333, -10.0, -5.0),
        (2023, "44021", "year_average", 100.0, 200.0, 10.0, 50.0, 100.0, 91.25, 23.856209, 25.0),
    ],
    "mart_aftercare": [
        (2021, "11002", 3, 0, 0, None, 0, 0, 0, 0),
        (2022, "11002", 10, 8, 6, 2.5, 1, 2, 3, 4), (2022, "44021", 3, 2, 1, 5.0, 0, 0, 1, 1),
        (2022, "73109", 1, 0, 0, None, 0, 0, 0, 0), (2023, "44021", 2, 2, 2, 4.0, 0, 0, 1, 1),
    ],
    "mart_intake": [(2022, "11002", 20, 12, 3, 11, 10, 1)],
}  # fmt: skip
LABELS = {
    "gender": {"m": "Man", "v": "Vrouw", "x": "X", "unknown": "Onbekend"},
    "age": {"<25": "jonger dan 25", "25-39": "25-39", "40-54": "40-54", "55+": "55+", "unknown": "Onbekend"},
    "unemployment": {"0-11": "0-11", "12-23": "12-23", "24-59": "24-59", "60+": "60+", "unknown": "Onbekend"},
    "schooling": {"short": "Kortgeschoold", "not_short": "Niet kortgeschoold", "unknown": "Onbekend"},
    "migration_background": {"yes": "Ja", "no": "Nee", "unknown": "Onbekend"},
    "duration": {
        "0-2": "0-2",
        "3-5": "3-5",
        "6-11": "6-11",
        "12-17": "12-17",
        "18-23": "18-23",
        "24+": "24+",
        "unknown": "Onbekend",
    },
    "ending": {"executed": "Uitgevoerd", "early": "Vroegtijdig"},
    "position": {"nec": "NEC", "sec": "SEC", "ziekte": "Ziekte", "unknown": "Onbekend"},
    "characteristic": {"gender": "Geslacht", "age": "Leeftijd"},
    "wage_subsidy_basis": {"performance": "jaar van de prestatiemaand", "payment": "jaar van de betaling"},
    "ratio_basis": {"year_average": "jaargemiddelde", "january": "januari"},
}


def annex_of(
    publication: Path, out: Path, question: str, number: str, years: Sequence[int] = YEARS, **choices: Any
) -> AnnexResult:
    """Write an annex of one of the project's questions."""
    asked = QUESTIONS[question]
    return write_annex(publication, asked, asked.annex(number), out, years, **choices)


def as_text(result: AnnexResult, question: str) -> str:
    """The workbook and its CSV as text for a golden file."""
    text = render(result.path, max_rows=5) + "\n" + render_package(result.package)
    assert "!!" not in text
    return text.replace(QUESTIONS[question].source_sha256, "<sha256 of the question file>")


def cells(path: Path, sheet_name: str, name: str = "") -> list[dict[str, Any]]:
    """The rows of the tables of a sheet (those whose name begins with `name`), by the whole names of their columns. Of
    tables with the same places, the columns stand side by side."""
    sheet = load_workbook(path)[sheet_name]
    places: dict[Any, dict[str, Any]] = {}
    alone = len(sheet.tables) == 1
    for table in sheet.tables.values():
        if not table.displayName.startswith(name):
            continue
        left, top, right, bottom = range_boundaries(table.ref)
        rows = sheet.iter_rows(top + table.headerRowCount, bottom, left, right, values_only=True)
        for number, row in enumerate(rows):
            made = {column.name: value for column, value in zip(table.tableColumns, row, strict=True)}
            places.setdefault(number if alone else row[0], {}).update(made)
    return list(places.values())


def figures(result: AnnexResult) -> list[dict[str, str]]:
    """A row for every figure that the annex shows."""
    with (result.package / "cijfers.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_publication(
    folder: Path,
    rows: dict[str, list[tuple[Any, ...]]] | None = None,
    names: dict[str, str] | None = None,
    suite_version: str | None = "3",
    places: dict[str, tuple[str, str, bool]] = PLACES,
    **facts: Any,
) -> Path:
    """Write the publication; `rows` replaces the rows of marts, `names` those of municipalities, `places` all of these,
    `facts` fields of the publication; without a `suite_version` there is no `quality_checks`, as in older ones."""
    folder.mkdir(parents=True, exist_ok=True)
    places = {nis: ((names or {}).get(nis, name), *rest) for nis, (name, *rest) in places.items()}
    with duckdb.connect() as connection:

        def write(name: str, columns: str, values: list[tuple[Any, ...]]) -> None:
            connection.execute(f"create table {name} ({columns})")
            if values:
                marks = ", ".join("?" * len(values[0]))
                connection.executemany(f"insert into {name} values ({marks})", values)
            connection.execute(f"copy {name} to '{folder / name}.parquet'")

        for mart, columns in MARTS.items():
            chosen = (rows or {}).get(mart, ROWS[mart])
            write(mart, f"{COMMON}, {columns}", [(row[0], row[1], *places[row[1]], *row[2:]) for row in chosen])
        write(
            "municipalities",
            "nis_code varchar, municipality varchar, province varchar, arrondissement varchar, is_centre_city boolean, "
            "longitude double, latitude double",
            [
                (nis, name, province, ARRONDISSEMENTS.get(nis, province), is_city, 4.4, 51.0)
                for nis, (name, province, is_city) in reversed(places.items())
                if nis != "99999"
            ],
        )
        write(
            "labels",
            "label_set varchar, code varchar, label_nl varchar, sort_order integer",
            [
                (name, code, text, order)
                for name, labels in LABELS.items()
                for order, (code, text) in enumerate(labels.items())
            ],
        )
        deliveries = [
            ("trajecten_2024-01-10.csv", "trajecten", dt.date(2024, 1, 10), "accepted", "", "ab" * 32, 10, 9, 1, 0),
            ("trajecten_2024-01-11.csv", "trajecten", dt.date(2024, 1, 11), "rejected", "x", "cd" * 32, 1, 0, 0, 0),
            (
                "loontoelagen_2024-02-01.xlsx",
                "loontoelagen",
                dt.date(2024, 2, 1),
                "accepted",
                "",
                "ef" * 32,
                7,
                7,
                0,
                2,
            ),
        ]
        write(
            "deliveries",
            "file_name varchar, source varchar, delivered_on date, status varchar, message varchar, sha256 varchar, "
            "rows_read integer, rows_accepted integer, rows_quarantined integer, rows_warned integer",
            deliveries,
        )
        if suite_version:
            write(
                "quality_checks",
                "file_name varchar, judged_by varchar, rule varchar, suite_version varchar",
                [(row[0], "door", rule, suite_version) for row in deliveries for rule in ("one", "other")],
            )
        write(
            "quarantine_reasons",
            "file_name varchar, source varchar, rule varchar, on_fail varchar, rows integer",
            [
                ("trajecten_2024-01-10.csv", "trajecten", "end_before_start", "reject", 1),
                ("loontoelagen_2024-02-01.xlsx", "loontoelagen", "amount_zero", "warn", 2),
                ("trajecten_2024-01-11.csv", "trajecten", "missing_column", "reject", 9),
            ],
        )
        write(
            "warehouse_findings",
            "source varchar, rule varchar, file_name varchar, rows bigint",
            [("loontoelagen", "unknown_trajectory", "loontoelagen_2024-02-01.xlsx", 3)],
        )
        known = {
            "as_of": dt.date(2024, 3, 31),
            "geography_date": dt.date(2024, 3, 31),
            "published_at": dt.datetime(2024, 4, 1, 12, 30),
            "code_version": "1.2.3",
            "engine": "duckdb 2.0.0",
            "synthetic": True,
        } | facts
        write(
            "publication",
            "as_of date, geography_date date, published_at timestamp, code_version varchar, engine varchar, "
            "synthetic boolean",
            [tuple(known.values())],
        )
    return folder
