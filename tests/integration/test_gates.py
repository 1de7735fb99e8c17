"""Blocked means blocked, killed means as before, busy means wait, and whatever is wrong is one clear line.

The tests share one data folder, in which every test ends with a finished run; each adds a delivery when it needs work
to be done. So a test that fails may leave work for the next, but no other state.
"""

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.store.paths import DataFolder
from orchestration.warehouse import dbt
from tests.oracle import Ledger, deliver, marts
from tests.support.compare import assert_publication_equals
from tests.support.deliveries import INSZ, KEY, write, write_text
from tests.support.processes import Ended, Moment, Twe
from tests.support.webhooks import webhook

pytestmark = pytest.mark.slow

TRAJECTORIES = f"""
    traject_id | klant_id        | ocmw_nis | startdatum | vermoedelijke_einddatum | einddatum  | beeindiging | notitie
    T1         | {INSZ[0]}       | 44021    | 2020-01-15 | 2021-01-14              | 2020-07-10 | UITGEVOERD  |
    T2         | {INSZ[1]}       | 11002    | 2019-03-01 | 2020-02-29              | 2020-02-29 | VROEGTIJDIG |
    T3         | {INSZ[2]}       | 44011    | 2019-03-01 |                         |            |             |
    T4         |                 | 44021    | 2020-01-01 |                         |            |             |
    T5         | 93.05.18-223.62 | 44021    | 2020-01-01 |                         |            |             |
    T6         | {INSZ[3]}       | 99999    | 2020-01-01 |                         |            |             |
    T7         | {INSZ[3]}       | 44021    | 2016-12-31 |                         |            |             |
    T8         | {INSZ[3]}       | 44021    | 2020-01-01 | 2019-12-31              |            |             |
    T9         | {INSZ[3]}       | 44021    | 2020-01-01 |                         | 2019-12-31 | UITGEVOERD  |
    T10        | {INSZ[3]}       | 44021    | 2020-01-01 |                         |            | UITGEVOERD  |
    T11        | {INSZ[3]}       | 44021    | 2020-01-01 |                         | 2020-02-01 |             |
    T12        | {INSZ[3]}       | 44021    | 2020-01-01 |                         | 2020-02-01 | GESTOPT     |
    T13        | {INSZ[3]}       | 44021    | 2020-02-30 |                         |            |             |
    T14        | {INSZ[3]}       | 44021
    T15        | {INSZ[3]}       | 44021    | 2020-01-01 |                         |            |             |
    T15        | {INSZ[3]}       | 44021    | 2020-01-01 |                         |            |             |
    T16        | {INSZ[3]}       | 44021    | 2020-01-01 |                         |            |             |
    T16        | {INSZ[3]}       | 44021    | 2020-01-02 |                         |            |             |
"""
PAYMENTS = """
    betaling_id | traject_id | ocmw_nis | prestatiemaand | betaaldatum | soort    | bedrag
    B1          | T1         | 44021    | 2020-01        | 2020-02-15  | BETALING | 1000,10
    B2          | T1         | 44021    | 2020-02        | 2020-03-15  | BETALING | 500
    B3          | T1         | 44021    | 2020-02        | 2020-03-15  | BETALING | -500
    B4          | T1         | 44021    | 2020-02        | 2020-01-31  | BETALING | 500
"""
BENEFICIARIES = """
    nis_code | maand   | leefloners | equivalent_leefloners
    44021    | 2020-01 | 1200       | 40
    44021    | 2020-02 | 1210       |
"""


@dataclass
class Warehouse:
    """A data folder, `twe` on it, and the oracle's ledger of what was delivered."""

    data: DataFolder
    twe: Twe
    first: Ended
    ledger: Ledger
    days: Iterator[int] = field(default_factory=lambda: count(1))

    def add(self) -> Path:
        """A new delivery: one more trajectory."""
        number = next(self.days)
        day = dt.date(2021, 1, 1) + dt.timedelta(days=number)
        return write(
            self.data.inbox,
            f"trajecten_{day}.csv",
            f"""
            traject_id | klant_id  | ocmw_nis | startdatum | einddatum  | beeindiging
            N{number}  | {INSZ[2]} | 44021    | {day}      |            |
        """,
        )

    def assert_right(self) -> None:
        deliver(sorted(self.data.inbox.iterdir()), KEY, self.ledger)
        assert_publication_equals(self.data.current, marts(self.ledger))

    def readable(self) -> dict[str, str]:
        """What readers see: the publication (which must open) and the workbooks."""
        with duckdb.connect(str(self.data.current / "marts.duckdb"), read_only=True) as con:
            tables = con.execute("select table_name from duckdb_tables()").fetchall()
            for (table,) in tables:
                con.execute(f"select count(*) from {table}").fetchall()
        assert len(tables) == 19
        return hashes(self.data.current) | hashes(self.data.annexes)

    def left_over(self) -> list[Path]:
        return [p for p in self.data.root.rglob("*.tmp") if "dagster" not in p.parts]


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_relative_to(folder / "dagster")
    } | {str(path): str(path.readlink()) for path in folder.rglob("*") if path.is_symlink()}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, parsed: Path) -> Warehouse:
    folder = tmp_path_factory.mktemp("gates")
    data = DataFolder(folder / "data")
    shutil.copytree(parsed, dbt.target(data))
    write(data.inbox, "trajecten_2020-12-31_Gent.csv", TRAJECTORIES)
    write(data.inbox, "loontoelagen_2020-12-31.csv", PAYMENTS)
    write(data.inbox, "leefloners_2020-12-31.csv", BENEFICIARIES)
    write_text(data.inbox, "screenings_2020-12-31.csv", "screening_id;klant_id\nS1;fout\n")
    write_text(data.inbox, "transmissies_2020-12-31.xlsx", "dit is geen werkboek")
    write_text(data.inbox, "Trajecten 2020.csv", "traject_id\nT1\n")
    twe = Twe(folder / "processes", data.root)
    first = twe("run")
    return Warehouse(data, twe, first, deliver(sorted(data.inbox.iterdir()), KEY))


# --- what is wrong is said in one line, and the rest is done --------------------------------------------------------


def test_refused_files_and_rows_are_told_and_the_rest_is_done(warehouse: Warehouse) -> None:
    assert warehouse.first.code == 1
    assert warehouse.first.err == ""
    lines = warehouse.first.out.splitlines()
    assert lines[0] == ("Deliveries: 3 accepted, 2 rejected; rows: 8 accepted, 16 quarantined, 1 with a warning")
    assert lines[1:5] == [
        "  rejected        screenings_2020-12-31.csv: lacks the required column(s) ocmw_nis, screeningsdatum, besluit; "
        "add them to the header",
        "  rejected        transmissies_2020-12-31.xlsx: is text (CSV) under this name; name it .csv",
        "  loaded, but     trajecten_2020-12-31_Gent.csv: unknown column(s) ignored: notitie",
        "  not a delivery  Trajecten 2020.csv: is not named as a delivery; name it <source>_<YYYY-MM-DD>[_<label>]."
        "<csv|xlsx|parquet>",
    ]
    assert_publication_equals(warehouse.data.published / first_publication(warehouse), marts(warehouse.ledger))


def first_publication(warehouse: Warehouse) -> str:
    (line,) = [x for x in warehouse.first.out.splitlines() if x.startswith("Publication: ")]
    return line.split("published/")[1].split(" ")[0]


def test_a_row_of_every_kind_of_mistake_is_told_with_its_rule(warehouse: Warehouse) -> None:
    said = warehouse.twe("quarantine", "--all")
    assert (said.code, said.err) == (0, "")
    found = set()
    for words in map(str.split, said.out.splitlines()):  # counts by what became of the rows, outcome, source, rule, ...
        if "quarantined" in words and all(word.isdecimal() for word in words[: words.index("quarantined")]):
            at = words.index("quarantined")
            found.add((words[at], words[at + 2], sum(map(int, words[:at]))))
    assert found >= {
        ("quarantined", rule, rows)
        for rule, rows in {
            "missing_klant_id": 1,
            "invalid_klant_id": 1,
            "invalid_ocmw_nis": 1,
            "invalid_startdatum": 2,
            "expected_end_before_start": 1,
            "end_before_start": 1,
            "ending_without_end_date": 1,
            "end_date_without_ending": 1,
            "invalid_beeindiging": 1,
            "malformed_row": 1,
            "duplicate_row": 1,
            "conflicting_key": 2,
            "amount_not_positive": 1,
            "paid_before_performance": 1,
        }.items()
    }


def test_the_quarantine_workbook_leads_to_every_row(warehouse: Warehouse, tmp_path: Path) -> None:
    import openpyxl

    said = warehouse.twe("quarantine", "--source", "loontoelagen", "--xlsx", str(tmp_path / "quarantaine.xlsx"))
    path = tmp_path / "VERTROUWELIJK_quarantaine.xlsx"
    assert (said.code, said.out.splitlines()[0]) == (0, f"2 rows written to {path}")
    rows = list(openpyxl.load_workbook(path).active.iter_rows(values_only=True))
    assert [row[:6] for row in rows[1:]] == [
        ("loontoelagen", "loontoelagen_2020-12-31.csv", "2020-12-31", 4, "geweigerd", "amount_not_positive"),
        ("loontoelagen", "loontoelagen_2020-12-31.csv", "2020-12-31", 5, "geweigerd", "paid_before_performance"),
    ]
    assert rows[1][8].startswith("betaling_id=B3; traject_id=T1; ")


WRONG = {
    "missing secret": (["run"], {"TWE_PSEUDONYM_KEY": ""}, 2, "twe: TWE_PSEUDONYM_KEY is not set; set it to a long"),
    "short secret": (["run"], {"TWE_PSEUDONYM_KEY": "kort"}, 2, "twe: TWE_PSEUDONYM_KEY is shorter than 16 characters"),
    "other secret": (
        ["run"],
        {"TWE_PSEUDONYM_KEY": "een heel andere sleutel"},
        2,
        "twe: TWE_PSEUDONYM_KEY is not the key that",
    ),
    "unknown engine": (["run"], {"TWE_ENGINE": "oracle"}, 2, "twe: TWE_ENGINE should be 'duckdb' or 'spark'"),
    "unknown question": (["run", "--question", "twe-1999"], {}, 2, "twe: there is no question 'twe-1999'; "),
    "wrong years": (
        ["annexes", "--question", "twe-2018", "--years", "2023-2020"],
        {},
        2,
        "twe: --years: '2023-2020' must run",
    ),
    "municipalities of an unknown day": (
        ["run", "--geography-date", "2016-12-31"],
        {},
        2,
        "2016-12-31 is before 2017-01-01: which municipalities",
    ),
    "no date": (["run", "--as-of", "2023-02-30"], {}, 2, "Invalid value for '--as-of'"),
    "day before the first delivery": (
        ["annexes", "--question", "twe-2018", "--as-of", "2019-01-01"],
        {},
        2,
        "twe: no delivery had been accepted on 2019-01-01; choose a later date",
    ),
    "unknown source": (["quarantine", "--source", "paspoorten"], {}, 2, "twe: there is no source 'paspoorten'; choose"),
    "an INSZ as an argument": (["erase", INSZ[0]], {}, 2, "give the INSZ on standard input"),
    "unknown command": (["runn"], {}, 2, "No such command 'runn'"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_wrong_use_and_settings_are_one_line_and_change_nothing(mistake: str, warehouse: Warehouse) -> None:
    arguments, env, code, line = WRONG[mistake]
    added = warehouse.add()
    before = hashes(warehouse.data.root)
    said = warehouse.twe(*arguments, **env)
    added.unlink()
    assert said.code == code, said.said
    assert said.out == ""
    assert line in said.err
    assert "Traceback" not in said.err
    assert INSZ[0] not in said.err
    if said.err.startswith("twe: "):
        assert said.err.count("\n") == 1
    assert {k: v for k, v in hashes(warehouse.data.root).items() if k in before} == {
        k: v for k, v in before.items() if k != str(added)
    }


@pytest.mark.parametrize("command", ["run", "demo"])
def test_a_data_folder_that_cannot_be_written_is_one_line(command: str, warehouse: Warehouse, tmp_path: Path) -> None:
    """As root nothing is read-only, but below a regular file nobody writes."""
    (tmp_path / "bestand").write_text("geen map")
    said = warehouse.twe(command, TWE_DATA=str(tmp_path / "bestand" / "data"))
    assert said.code == 2
    assert said.err.startswith("twe: TWE_DATA: nothing can be written in ")
    assert "set TWE_DATA to another folder" in said.err
    assert said.said.count("\n") == 1


def test_an_empty_inbox_is_one_line(warehouse: Warehouse, tmp_path: Path) -> None:
    said = warehouse.twe("run", TWE_DATA=str(tmp_path / "leeg"))
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("twe: there are no deliveries: the inbox ") and said.err.count("\n") == 1


def test_a_delivery_of_the_future_waits_for_its_day(warehouse: Warehouse) -> None:
    """Its date would become the default as_of; the year of a delivery is soon written wrong."""
    early = write(warehouse.data.inbox, "trajecten_2999-03-06_x.csv", TRAJECTORIES)
    before = warehouse.data.ledger.read_bytes()
    said = warehouse.twe("run")
    assert said.code == 0 and said.out.startswith("Nothing new"), said.said
    assert "  not a delivery  trajecten_2999-03-06_x.csv: is dated after today (2" in said.out
    assert warehouse.data.ledger.read_bytes() == before
    early.unlink()


# --- nothing new ----------------------------------------------------------------------------------------------------


def test_a_run_with_nothing_new_changes_no_file_and_says_so(warehouse: Warehouse) -> None:
    before = hashes(warehouse.data.root)
    said = warehouse.twe("run")
    assert said.code == 0, said.said
    assert said.out.startswith("Nothing new: no new deliveries, and publication and annexes are up to date.")
    assert "still rejected  screenings_2020-12-31.csv: lacks the required column(s)" in said.out
    assert hashes(warehouse.data.root) == before


def test_a_delivery_that_comes_again_is_told_and_changes_nothing(warehouse: Warehouse) -> None:
    before = hashes(warehouse.data.root)
    again = shutil.copyfile(
        warehouse.data.inbox / "leefloners_2020-12-31.csv", warehouse.data.inbox / "leefloners_2021-12-31.csv"
    )
    said = warehouse.twe("run")
    again.unlink()
    assert said.code == 0
    assert "already loaded  leefloners_2021-12-31.csv: same content as leefloners_2020-12-31.csv" in said.out
    assert hashes(warehouse.data.root) == before


# --- blocked --------------------------------------------------------------------------------------------------------


def test_what_is_blocked_leaves_publication_and_annexes_as_they_were(warehouse: Warehouse) -> None:
    """First the ledger claims a row more than was loaded, which a check sees; then a file of the lake is damaged."""
    warehouse.add()
    before = warehouse.readable()
    (damaged,) = (warehouse.data.lake / "loontoelagen").glob("loontoelagen*.parquet")
    with changed(warehouse.data.ledger, claim_a_row_more):
        said = warehouse.twe("run")
    assert said.code == 1
    assert said.err == ""
    assert "PROBLEM" in said.out and "no_delivered_row_is_lost" in said.out
    assert "what was published before is unchanged" in said.out
    assert "Publication:" not in said.out
    assert warehouse.readable() == before
    with changed(damaged, lambda path: path.write_bytes(path.read_bytes()[:300])):
        said = warehouse.twe("run")
    assert said.code == 1
    assert "PROBLEM" in said.out and damaged.name in said.out
    assert warehouse.readable() == before
    assert warehouse.left_over() == []
    assert warehouse.twe("run").code == 0
    warehouse.assert_right()
    assert warehouse.readable() != before


@contextmanager
def changed(path: Path, change: Callable[[Path], object]) -> Generator[None]:
    """A file that is something else for a while."""
    good = path.read_bytes()
    change(path)
    yield
    path.write_bytes(good)


def claim_a_row_more(path: Path) -> None:
    with duckdb.connect() as con:
        con.execute(
            f"create table t as from '{path}'; "
            "update t set rows_read = rows_read + 1 where file_name like 'leefloners%'; "
            f"copy t to '{path}' (format parquet)"
        )


# --- killed ---------------------------------------------------------------------------------------------------------

MOMENTS = {
    "before a lake file is put in place": Moment("orchestration.ingest.storage:_copy", 1),
    "between the lake and its ledger": Moment("orchestration.ingest.ledger:append", 1),
    "while the ledger is replaced": Moment("pathlib:Path.replace", 2),
    "while the warehouse is built": Moment("dbt.adapters.duckdb.connections:DuckDBConnectionManager.execute", 40),
    "while the publication is made": Moment("pathlib:Path.rename", 1),
    "before current moves": Moment("pathlib:Path.symlink_to", 1),
    "between two annexes": Moment("exports:write_annex", 2),
}


def test_a_killed_run_leaves_what_was_published_and_the_next_completes(warehouse: Warehouse) -> None:
    """Killed at one moment after another, each time a little further on the same work."""
    warehouse.add()
    before = warehouse.readable()
    for name, moment in MOMENTS.items():
        said = warehouse.twe("run", kill=moment)
        assert said.code == -9, f"{name}: {said.said}"
        now = warehouse.readable()
        if name != "between two annexes":
            assert now == before, name
    said = warehouse.twe("run")
    assert (said.code, said.err) == (0, ""), said.said
    assert "Deliveries: 1 accepted, 0 rejected" in said.out and "Quality report: " in said.out
    warehouse.assert_right()
    assert warehouse.left_over() == []
    assert warehouse.twe("run").out.startswith("Nothing new")


def test_what_a_killed_run_refused_is_told_until_a_run_has_told_it(warehouse: Warehouse) -> None:
    """Killed after the ledger knows of the file: once in the middle of the work, once just before the summary."""
    file = write_text(warehouse.data.inbox, "screenings_2021-06-30.csv", "screening_id\nS1\n")
    refused = "screenings_2021-06-30.csv: lacks the required column(s)"
    for moment in (Moment("orchestration.warehouse.publication:publish"), Moment("orchestration.summary:run_text")):
        assert warehouse.twe("run", kill=moment).code == -9
    got: list[Any] = []
    with webhook(got) as port:
        told = warehouse.twe("run", TWE_ALERT_WEBHOOK=f"http://127.0.0.1:{port}/")
    assert (told.code, told.err) == (1, ""), told.said
    assert f"  rejected        {refused}" in told.out and "Deliveries: 0 accepted, 1 rejected" in told.out
    (report,) = [line.split(": ")[1] for line in told.out.splitlines() if line.startswith("Quality report: ")]
    assert file.name in Path(report).read_text()
    assert [alert["lines"][:-1] for alert in got] == [["delivery rejected: screenings_2021-06-30.csv"]]
    after = warehouse.twe("run")
    assert after.code == 0 and f"  still rejected  {refused}" in after.out, after.said
    warehouse.assert_right()
    file.unlink()


# --- busy -----------------------------------------------------------------------------------------------------------


def test_while_a_run_is_busy_another_is_refused_and_readers_read_on(warehouse: Warehouse) -> None:
    before = warehouse.readable()
    warehouse.add()
    busy = warehouse.twe.start("run", wait=Moment("orchestration.warehouse.publication:_copy_tables"))
    for arguments in (["run"], ["annexes", "--question", "twe-2018"]):
        said = warehouse.twe(*arguments)
        assert said.code == 2
        assert said.out == ""
        assert said.err.startswith("twe: another run is busy (process ") and "since " in said.err
        assert said.err.count("\n") == 1
    assert warehouse.readable() == before
    status = warehouse.twe("status")
    assert status.code == 0 and "current" in status.out
    reader = duckdb.connect(str(warehouse.data.current / "marts.duckdb"), read_only=True)
    (rows,) = reader.execute("select count(*) from mart_started_duration").fetchall()[0]
    ended = busy.go()
    assert (ended.code, ended.err) == (0, ""), ended.said
    assert reader.execute("select count(*) from mart_started_duration").fetchall() == [(rows,)]
    reader.close()
    warehouse.assert_right()
