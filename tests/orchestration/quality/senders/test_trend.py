"""The course per OCMW: shares of the rows read, who gets worse first, and a year that is not over."""

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook

from orchestration.ingest.workspace import Workspace
from orchestration.quality import listing
from orchestration.quality.senders import trend
from orchestration.quality.senders.trend import OcmwCounts, YearRate
from orchestration.quality.workbooks import ocmw_book
from orchestration.store.settings import Settings
from tests.support.deliveries import INSZ, load, write

HEAD = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
DAY = dt.date(2024, 6, 15)


def course(*rates: tuple[int, int]) -> OcmwCounts:
    return OcmwCounts("Gent", "", 0, 0, 0, None, {2020 + n: YearRate(*rate) for n, rate in enumerate(rates)})


@pytest.mark.parametrize(
    ("rates", "change", "verdict"),
    [
        (((1000, 10), (1000, 10), (1000, 40)), 3.0, "worse"),
        (((1000, 40), (1000, 40), (1000, 10)), -3.0, "better"),
        (((1000, 10), (1000, 30), (1000, 20)), 0.0, ""),
        (((1000, 10), (2, 1)), 49.0, ""),  # one row of two says nothing
        (((1000, 0), (1, 0)), 0.0, ""),
        (((0, 0), (1000, 40)), None, ""),
        (((1000, 40),), None, ""),
        (((1000, 40), (0, 0)), None, ""),
    ],
)
def test_the_newest_year_is_held_against_those_before(
    rates: tuple[tuple[int, int], ...], change: float | None, verdict: str
) -> None:
    made = course(*rates)
    assert made.change == (None if change is None else pytest.approx(change))
    assert made.score * (change or 0) >= 0 and bool(made.score) <= bool(change)
    assert (made.is_worse, made.is_better) == (verdict == "worse", verdict == "better")


def test_a_year_that_is_not_over_says_up_to_which_month() -> None:
    days = (dt.date(2024, 2, 3), dt.date(2024, 12, 30), dt.date(2024, 12, 31))
    assert [trend.year_label(2024, day) for day in days] == [
        "2024 (tot en met februari)",
        "2024 (tot en met december)",
        "2024",
    ]
    assert trend.year_label(2023, dt.date(2024, 2, 3)) == "2023"


@pytest.fixture
def delivered(settings: Settings) -> Settings:
    """Two years of Gent, which gets worse, and of Aartselaar, which keeps one wrong row in ten."""
    data = settings.folder
    for year, wrong in ((2023, 1), (2024, 60)):
        rows = [f"G{n} | {INSZ[0]} | 44021 | {'x' if n < wrong else '2020-01-01'} | |" for n in range(100)]
        rows += [f"A{n} | {INSZ[1]} | 11001 | {'2020-01-01' if n else 'x'} | |" for n in range(10)]
        if year == 2024:
            rows += [f"W | {INSZ[2]} | 11001 | 2030-01-01 | |", f"B | {INSZ[3]} | 11002 | 2020-01-01 | |"]
        load(data, write(data.inbox, f"trajecten_{year}-01-31.csv", "\n".join([HEAD, *rows])))
    return settings


def by_ocmw(settings: Settings, **choice: str) -> listing.ByOcmw:
    wanted = listing.CaseFilter(**choice)
    found = listing.chosen(settings.folder, wanted)
    return listing.by_ocmw(Workspace(settings, DAY), found, listing.recipients(settings.folder), wanted)


@pytest.mark.slow
def test_every_ocmw_with_a_wrong_row_has_a_line_and_who_gets_worse_stands_first(delivered: Settings) -> None:
    by = by_ocmw(delivered)
    gent, aartselaar = by.lines
    assert (gent.ocmw, gent.source, gent.quarantined, gent.warned, str(gent.since)) == (
        "Gent",
        "trajecten",
        60,
        0,
        "2023-01-31",
    )
    assert gent.per_year == {2023: YearRate(100, 1), 2024: YearRate(100, 60)} and gent.is_worse
    assert aartselaar.per_year == {2023: YearRate(10, 1), 2024: YearRate(11, 1)} and not aartselaar.is_worse
    assert (aartselaar.quarantined, aartselaar.warned) == (1, 1)
    assert [(o.ocmw, o.source) for o in by.together] == [("Gent", ""), ("Aartselaar", "")]
    mark, *lines = (line for line in listing.text_by_ocmw(by).splitlines() if line)
    assert mark.startswith("CONFIDENTIAL: ")
    assert lines[0].split()[-4:] == ["2023", "2024", "to", "Jun"]
    assert lines[1].split()[:4] == ["+59.00", "worse", "Gent", "trajecten"] and lines[1].endswith("60.00 % of 100")


@pytest.mark.slow
def test_the_shares_of_a_rule_are_of_the_rows_that_broke_it(delivered: Settings) -> None:
    (line,) = by_ocmw(delivered, rule="starts_after_delivery").lines
    assert (line.ocmw, line.warned, line.per_year[2024]) == ("Aartselaar", 1, YearRate(11, 1))


@pytest.mark.slow
def test_the_workbook_holds_counts_alone(delivered: Settings, tmp_path: Path) -> None:
    path = tmp_path / "per_ocmw.xlsx"
    said = ocmw_book.write(by_ocmw(delivered), delivered.folder, path)
    assert said == f"2 OCMWs written to {path}; counts only, no rows of people"
    book = load_workbook(path)
    assert book.sheetnames == ["Per OCMW", "Per OCMW en bron", "Per maand", "Lees mij"]
    header, first, *_ = book["Per OCMW"].iter_rows(values_only=True)
    assert header[10:13] == tuple(
        f"2024 (tot en met juni): {what}" for what in ("aandeel geweigerd (%)", "geweigerd", "gelezen")
    )
    since = dt.datetime(2023, 1, 31)
    assert first == ("Gent", 59.0, "slechter", 60, 0, since, 0, 1.0, 1, 100, 60.0, 60, 100)
    assert book["Per OCMW"].sheet_properties.pageSetUpPr.fitToPage
    assert "," in book["Per OCMW en bron"].print_area, "a page ends between two years"
    months = list(book["Per maand"].iter_rows(min_row=2, values_only=True))
    assert [(row[1], row[2], row[4], row[5], row[7]) for row in months] == [
        ("11001", "Aartselaar", 10, 1, 0),
        ("11001", "Aartselaar", 11, 1, 0),
        ("11002", "Antwerpen", 1, 0, 0),
        ("44021", "Gent", 100, 1, 0),
        ("44021", "Gent", 100, 60, 0),
    ]
    texts = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not any("*********" in text or text in INSZ for text in texts)


@pytest.mark.slow
def test_one_source_one_ocmw_and_one_rule_can_be_chosen(delivered: Settings, tmp_path: Path) -> None:
    path = tmp_path / "gent.xlsx"
    ocmw_book.write(by_ocmw(delivered, source="trajecten", ocmw="Gent"), delivered.folder, path)
    book = load_workbook(path)
    assert book.sheetnames == ["Per OCMW", "Per maand", "Lees mij"]
    assert {row[2] for row in book["Per maand"].iter_rows(min_row=2, values_only=True)} == {"Gent"}
    ocmw_book.write(by_ocmw(delivered, rule="invalid_startdatum"), delivered.folder, path)
    assert load_workbook(path).sheetnames == ["Per OCMW", "Per OCMW en bron", "Lees mij"]
