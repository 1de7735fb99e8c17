"""A warning that is right as it is: said by the steward in the workbook, kept beside the ledger, and taken back."""

import datetime as dt
import json
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from expectations import contract
from orchestration.cli import options
from orchestration.cli.main import twe
from orchestration.quality import cases, counts, listing, review_log, reviews
from orchestration.quality.reviews import ReplacingError, Reviewed, ReviewError
from orchestration.quality.workbooks import return_book, steward_book
from orchestration.store.paths import DataFolder
from tests.support.deliveries import INSZ, load, write

pytestmark = pytest.mark.slow  # every test loads deliveries

HEAD = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
LONG = "2020-01-01 | 2022-12-31 | UITGEVOERD"
SAID = ("An Peeters", dt.datetime(2024, 5, 6, 12, 34, 56))
WHY = "Verlengd na ziekte; het OCMW bevestigt."


def trajectories(data: DataFolder, name: str, rows: str) -> str:
    load(data, write(data.inbox, f"trajecten_{name}.csv", f"{HEAD}\n{rows}"))
    return f"trajecten_{name}.csv"


@pytest.fixture
def warned(data: DataFolder) -> DataFolder:
    """T1 and T2 took three years, T3 is refused, T4 took three years and starts before its municipality was there."""
    rows = [
        f"T1 | {INSZ[0]} | 11001 | {LONG}",
        f"T2 | {INSZ[1]} | 11001 | {LONG}",
        f"T3 | {INSZ[2]} | 11001 | nooit | |",
        f"T4 | {INSZ[2]} | 44084 | 2018-06-01 | 2022-12-31 | UITGEVOERD",
    ]
    trajectories(data, "2024-01-31", "\n".join(rows))
    return data


def book(data: DataFolder, path: Path, everything: bool = False) -> Path:
    found = [c for c in cases.read(data) if everything or c.status == cases.OPEN]
    return steward_book.write(found, path)[1]


def fill(path: Path, reasons: dict[tuple[int, str], str | None]) -> Path:
    """Writes (row, rule) -> reason in the column for it, as the steward does."""
    opened = load_workbook(path)
    sheet = opened.worksheets[0]
    header = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        place = tuple(sheet.cell(line, header[name]).value for name in ("rij", "regel"))
        if place in reasons:
            sheet.cell(line, header["nagekeken"]).value = reasons[place]  # type: ignore[index]
    opened.save(path)
    return path


def review(data: DataFolder, path: Path, replace_reasons: bool = False) -> Reviewed:
    return reviews.apply(data, steward_book.read(path), *SAID, replace_reasons)


def stand(data: DataFolder) -> list[tuple]:
    return [(c.row_number, c.rules, c.status, c.why) for c in cases.read(data)]


OVER, NIS = "over_24_months", "nis_not_valid_on_date"


@pytest.mark.slow
def test_a_reviewed_warning_is_no_longer_open_and_can_be_taken_back(warned: DataFolder, tmp_path: Path) -> None:
    path = fill(book(warned, tmp_path / "k.xlsx"), {(2, OVER): f" {WHY}\n ", (5, OVER): WHY})
    assert review(warned, path) == Reviewed(2, 0, 0)
    after = [
        (2, (OVER,), "reviewed", WHY),
        (3, (OVER,), "open", None),
        (4, ("invalid_startdatum",), "open", None),
        (5, (NIS,), "open", None),
        (5, (OVER,), "reviewed", WHY),
    ]
    assert stand(warned) == after
    assert review(warned, path) == Reviewed(0, 0, 0)  # said already; the rows that stayed empty are left alone
    assert stand(warned) == after

    found = cases.read(warned)
    everything = listing.CaseFilter(everything=True)
    listed = [line.split()[:4] for line in listing.text(found, everything, listing.recipients(warned)).splitlines()]
    assert ["2", "reviewed", "trajecten", OVER] in listed
    counted = counts.total(counts.per_source(found, set()))
    assert (counted.quarantined, counted.warned, counted.reviewed) == (1, 2, 2)

    full = book(warned, tmp_path / "all.xlsx", everything=True)
    told = {(row[3], row[5]): (row[9], *row[12:]) for row in load_workbook(full).worksheets[0].values}
    assert told["rij", "regel"] == ("stand", "nagekeken", "nagekeken door", "op (UTC)")
    assert told[2, OVER] == ("nagekeken", WHY, "An Peeters", "2024-05-06 12:34")
    filled = fill(full, {(2, OVER): None, (5, OVER): "Toch anders"})
    assert review(warned, filled, replace_reasons=True) == Reviewed(1, 1, 0, replaced=1)
    assert [(row, why) for row, _, status, why in stand(warned) if status == "reviewed"] == [(5, "Toch anders")]
    last = review_log.current(warned)["trajecten_2024-01-31.csv", 5, OVER]
    assert (last.by, last.at) == SAID


def test_another_reason_than_the_recorded_one_takes_its_place_only_when_asked(
    warned: DataFolder, tmp_path: Path
) -> None:
    review(warned, fill(book(warned, tmp_path / "k.xlsx"), {(2, OVER): WHY, (5, OVER): WHY}))
    others: dict[tuple[int, str], str | None] = {(2, OVER): "Anders", (5, OVER): "Anders", (3, OVER): WHY}
    changed = fill(book(warned, tmp_path / "all.xlsx", everything=True), others)
    before = stand(warned)
    with pytest.raises(ReplacingError) as error:
        review(warned, changed)
    said = str(error.value).splitlines()
    assert said[0] == "2 lines would replace a reason by another:" and said[-1].endswith("add --replace.")
    assert [line.strip().split(", ")[1] for line in said[1:3]] == [
        f"line {number} (given by An Peeters on 2024-05-06 12:34 UTC)" for number in (2, 6)
    ]
    assert stand(warned) == before
    assert review(warned, changed, replace_reasons=True) == Reviewed(3, 0, 0, replaced=2)
    assert {why for _, _, status, why in stand(warned) if status == "reviewed"} == {"Anders", WHY}


def test_a_line_of_before_names_and_times_were_kept_still_counts(warned: DataFolder) -> None:
    place = {"file": "trajecten_2024-01-31.csv", "row": 2, "rule": OVER}
    warned.reviews.write_text(json.dumps({**place, "why": WHY, "day": "2023-12-24"}) + "\n", encoding="utf-8")
    (case,) = [c for c in cases.read(warned) if c.status == "reviewed"]
    assert (case.why, case.reviewed_by, case.reviewed_moment) == (WHY, None, "2023-12-24")
    review_log.record(warned, {("trajecten_2024-01-31.csv", 3, OVER): WHY}, *SAID)
    everything = listing.CaseFilter(everything=True)
    lines = listing.text(cases.read(warned), everything, listing.recipients(warned)).splitlines()
    told = [" ".join(line.split()) for line in lines if WHY in line]
    assert told == [
        f"1 reviewed trajecten {OVER} 2023-12-24 - {WHY}",
        f"1 reviewed trajecten {OVER} 2024-05-06 12:34 An Peeters {WHY}",
    ]


@pytest.mark.parametrize("name", ["", " ", "x" * 101, INSZ[0]])
def test_a_name_is_a_name(name: str, warned: DataFolder) -> None:
    with pytest.raises(ReviewError, match="the name of --by must be a name"):
        reviews.apply(warned, [], name, SAID[1])


def test_the_command_asks_before_it_replaces_and_knows_the_workbook_by_the_name_that_was_asked_for(
    warned: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWE_DATA", str(warned.root))

    def twe_(*arguments: str, typed: str | None = None) -> tuple[int, str]:
        with monkeypatch.context() as patched:
            patched.setattr(options, "is_terminal", lambda: typed is not None)
            done = CliRunner().invoke(twe, [*arguments], input=typed)
        return done.exit_code, done.output

    asked_for = tmp_path / "k.xlsx"
    code, said = twe_("quarantine", "--xlsx", str(asked_for))
    written = tmp_path / "VERTROUWELIJK_k.xlsx"
    assert code == 0 and str(written) in said and not asked_for.exists()
    assert written.stat().st_mode & 0o777 == 0o600
    assert all("VERTROUWELIJK" in f"{s.title} {s['A1'].value}" for s in load_workbook(written).worksheets)
    fill(written, {(2, OVER): WHY})
    assert twe_("review", str(asked_for), "--by", "Jo")[0] == 0
    row = ["review", "--row", "trajecten_2024-01-31.csv:2", "--rule", OVER, "--why", "Anders"]
    code, said = twe_(*row)
    assert code == 2 and "add --replace" in said
    code, said = twe_(*row, typed="n\n")
    assert code == 2 and "would replace a reason" in said
    assert [(r.why, r.by) for r in review_log.current(warned).values()] == [(WHY, "Jo")]
    monkeypatch.setenv("LOGNAME", "els")
    assert twe_(*row, typed="y\n")[0] == 0
    assert [(r.why, r.by) for r in review_log.current(warned).values()] == [("Anders", "els")]
    assert twe_(*row[:-1], "Nog anders", "--replace")[0] == 0
    assert [r.why for r in review_log.current(warned).values()] == ["Nog anders"]


def test_a_workbook_of_before_a_review_takes_nothing_back(warned: DataFolder, tmp_path: Path) -> None:
    old = book(warned, tmp_path / "old.xlsx")
    review(warned, fill(book(warned, tmp_path / "new.xlsx"), {(2, OVER): WHY}))
    assert review(warned, old) == Reviewed(0, 0, 0)
    assert (2, (OVER,), "reviewed", WHY) in stand(warned)


def test_a_newer_version_that_breaks_the_rule_again_is_open_since_its_own_day(warned: DataFolder) -> None:
    review_log.record(warned, {("trajecten_2024-01-31.csv", row, OVER): WHY for row in (2, 3)}, *SAID)
    trajectories(warned, "2024-02-29", f"T1 | {INSZ[0]} | 11001 | {LONG}\nT2 | {INSZ[1]} | 11001 | 2020-01-01 | |")
    of_keys = [c for c in cases.read(warned) if c.values.get("traject_id") in ("T1", "T2")]
    assert [(c.file_name[10:20], c.row_number, c.status, str(c.since)) for c in of_keys] == [
        ("2024-01-31", 2, "reviewed", "2024-01-31"),
        ("2024-01-31", 3, "resolved", "2024-01-31"),
        ("2024-02-29", 2, "open", "2024-02-29"),
    ]


def test_the_review_of_the_newest_version_settles_the_older_ones(warned: DataFolder) -> None:
    file = trajectories(warned, "2024-02-29", f"T1 | {INSZ[0]} | 11001 | {LONG}")
    review_log.record(warned, {(file, 2, OVER): WHY}, *SAID)
    of_key = [c for c in cases.read(warned) if c.values.get("traject_id") == "T1"]
    assert [(c.status, str(c.since)) for c in of_key] == [("repeated", "2024-01-31"), ("reviewed", "2024-01-31")]


def test_what_only_the_warehouse_sees_can_be_reviewed_too(warned: DataFolder) -> None:
    with duckdb.connect() as con:
        con.execute(
            "copy (select 'trajecten' as source, 'overlapping_trajectory' as rule, 'trajecten_2024-01-31.csv' as "
            "file_name, unnest(['T1', 'T2']) as row_key) to '" + str(warned.warehouse_findings) + "' (format parquet)"
        )
    place = "trajecten_2024-01-31.csv:2"
    lines = reviews.of_row(warned, place, "overlapping_trajectory", WHY)
    assert reviews.apply(warned, lines, *SAID) == Reviewed(1, 0, 0)
    found = {(c.row_number, c.status) for c in cases.read(warned) if c.rules == ("overlapping_trajectory",)}
    assert found == {(2, "reviewed"), (3, "open")}
    assert counts.total(counts.per_source(cases.read(warned), set())).found == 1
    assert reviews.apply(warned, reviews.of_row(warned, place, None, None), *SAID) == Reviewed(0, 1, 0)
    assert review_log.current(warned) == {}


def test_reviewed_rows_do_not_go_back_to_the_ocmw(warned: DataFolder, tmp_path: Path) -> None:
    review_log.record(warned, {("trajecten_2024-01-31.csv", row, OVER): WHY for row in (2, 3, 5)}, *SAID)
    still = [c for c in cases.read(warned) if c.status == cases.OPEN]
    books = return_book.write(still, listing.recipients(warned), tmp_path / "terug")
    sent = {
        (row[11], row[8].split(";")[0])
        for path in books
        for row in load_workbook(path)["trajecten"].iter_rows(min_row=2, values_only=True)
    }
    nis = contract.load("trajecten").text_of(NIS)[0]
    assert sent == {(4, "startdatum is niet geldig"), (5, nis)}


@pytest.mark.parametrize(
    ("reasons", "told"),
    [
        (
            {(4, "invalid_startdatum"): WHY},
            r"line 4: row 4 of .* was quarantined \(invalid_startdatum\), so it was not",
        ),
        ({(2, OVER): f"zie dossier {INSZ[0][:6]}-{INSZ[0][6:9]}.{INSZ[0][9:]}"}, "line 2: the reason holds what looks"),
        ({(2, OVER): "x" * 501}, "the reason has 501 characters; 500 is the most"),
    ],
)
def test_one_line_that_will_not_do_and_nothing_is_written(
    reasons: dict, told: str, warned: DataFolder, tmp_path: Path
) -> None:
    path = fill(book(warned, tmp_path / "k.xlsx"), {(3, OVER): WHY, **reasons})
    with pytest.raises(ReviewError, match=told) as error:
        review(warned, path)
    assert not warned.reviews.exists()
    assert INSZ[0][6:9] not in str(error.value) and str(error.value).endswith("Nothing was changed.")


@pytest.mark.parametrize(
    ("place", "rule", "told"),
    [
        ("trajecten_2024-01-31.csv", None, "names no row; write FILE:ROW"),
        ("trajecten_2024-01-13.csv:2", None, "was loaded; did you mean 'trajecten_2024-01-31.csv'"),
        (
            "trajecten_2024-01-31.csv:99",
            None,
            "row 99 of trajecten_2024-01-31.csv was neither quarantined nor warned about",
        ),
        (
            "trajecten_2024-01-31.csv:99",
            "over_24_months",
            "neither quarantined nor warned about under 'over_24_months'",
        ),
        ("trajecten_2024-01-31.csv:2", "over_24_month", "did not break the rule 'over_24_month'; did you mean"),
        ("trajecten_2024-01-31.csv:4", None, r"was quarantined \(invalid_startdatum\)"),
    ],
)
def test_a_slip_in_the_name_of_a_row_is_one_line(place: str, rule: str | None, told: str, warned: DataFolder) -> None:
    with pytest.raises(ReviewError, match=told):
        reviews.apply(warned, reviews.of_row(warned, place, rule, WHY), *SAID)


def test_another_workbook_is_told_apart(warned: DataFolder, tmp_path: Path) -> None:
    path = tmp_path / "iets.xlsx"
    path.write_text("geen werkmap")
    with pytest.raises(ReviewError, match=r"iets\.xlsx: cannot be read as XLSX"):
        steward_book.read(path)
    found = cases.read(warned)
    (back,) = [p for p in return_book.write(found, listing.recipients(warned), tmp_path / "t") if "11001" in p.name]
    with pytest.raises(ReviewError, match="the first sheet has no column 'regel'"):
        steward_book.read(back)


@pytest.mark.slow
def test_a_refused_row_without_a_usable_key_is_closed_as_a_whole_and_taken_back(
    warned: DataFolder, tmp_path: Path
) -> None:
    """Nothing shows that such a row came back, so that only the steward can close it."""
    file = trajectories(warned, "2024-02-29", f" | {INSZ[0]} | 11001 | nooit | |\nT8 | {INSZ[1]}\nT9 | | 11001 | x | |")
    path = fill(book(warned, tmp_path / "k.xlsx"), {(2, "missing_traject_id"): "kwam terug als T7"})
    colours = {(r[3].value, r[5].value): r[12].fill.fgColor.rgb[2:] for r in load_workbook(path).worksheets[0].rows}
    assert {colours[key] for key in [(2, "invalid_startdatum"), (3, "malformed_row")]} == {"FFF2CC"}
    assert colours[4, "missing_klant_id"] == colours[4, "invalid_startdatum"] == "D9D9D9"
    assert review(warned, path) == Reviewed(0, 0, 0, closed=1)
    assert review(warned, path) == Reviewed(0, 0, 0)
    rules = ("invalid_startdatum", "missing_traject_id")
    assert [c for c in stand(warned) if c[2] == "closed"] == [(2, rules, "closed", "kwam terug als T7")]
    found = cases.read(warned)
    counted = counts.total(counts.per_source(found, set()))
    assert (counted.quarantined, counted.closed, counted.reviewed) == (3, 1, 0)
    text = listing.text(found, listing.CaseFilter(everything=True), listing.recipients(warned))
    assert "Without a usable key, closed: 1 row." in text and "1 open row has no usable key" in text
    assert ["1", "closed", "trajecten", "missing_traject_id"] in [line.split()[:4] for line in text.splitlines()]
    books = return_book.write([c for c in found if c.status == cases.OPEN], listing.recipients(warned), tmp_path / "t")
    sheets = [sheet for path in books for sheet in load_workbook(path).worksheets]
    rows = [r[10:12] for s in sheets if s.title == "trajecten" for r in s.iter_rows(min_row=2, values_only=True)]
    rows += [r[3:] for s in sheets if s.title == "Misvormde rijen" for r in s.iter_rows(min_row=5, values_only=True)]
    assert (file, 2) not in rows and (file, 3) in rows
    full = fill(book(warned, tmp_path / "all.xlsx", everything=True), {(2, "invalid_startdatum"): None})
    assert review(warned, full) == Reviewed(0, 1, 0)
    assert (2, rules, "open", None) in stand(warned) and review_log.current(warned) == {}
    with pytest.raises(ReviewError, match=r"row 4 of .* was quarantined \(invalid_startdatum\)"):
        reviews.apply(warned, reviews.of_row(warned, f"{file}:4", None, WHY), *SAID)


def test_a_row_that_was_mended_meanwhile_needs_no_review(warned: DataFolder, tmp_path: Path) -> None:
    path = fill(book(warned, tmp_path / "k.xlsx"), {(2, OVER): WHY, (3, OVER): WHY})
    trajectories(warned, "2024-02-29", f"T1 | {INSZ[0]} | 11001 | 2020-01-01 | |")
    assert review(warned, path) == Reviewed(1, 0, 1)


def test_the_words_about_a_row_can_be_forgotten_and_the_decision_stands(warned: DataFolder) -> None:
    places = [("trajecten_2024-01-31.csv", row, OVER) for row in (2, 3, 5)]
    review_log.record(warned, dict.fromkeys(places, WHY), *SAID)
    review_log.record(warned, {places[2]: None}, *SAID)
    review_log.forget(warned, [("trajecten_2024-01-31.csv", row) for row in (2, 5)])
    assert {place: r.why for place, r in review_log.current(warned).items()} == {places[0]: "(gewist)", places[1]: WHY}
    assert warned.reviews.read_text(encoding="utf-8").count(WHY) == 1


def test_what_a_run_mended_is_counted_by_its_own_files(warned: DataFolder) -> None:
    file = trajectories(warned, "2024-02-29", f"T3 | {INSZ[2]} | 11001 | 2020-01-01 | |")
    row = f"T9 | {INSZ[0]} | 11001 | 2020-01-01 | |"
    repeat = trajectories(warned, "2024-03-31", f"{row}\n{row}")
    counted = {f: counts.per_source(cases.read(warned), {f})["trajecten"].resolved for f in (file, repeat)}
    assert counted == {file: 1, repeat: 0}
