"""What stands out beside the former deliveries of a sender, and what does not: on made histories of 24 months."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from expectations import contract
from orchestration.ingest import ledger
from orchestration.quality.senders import profiles, unusual
from orchestration.store.paths import DataFolder
from tests.support.deliveries import INSZ, load, write_text

SOURCE = contract.load("screenings")
HEAD = [c.name for c in SOURCE.columns if c.name != "verwijderd"]
MONTHS = [dt.date(2022 + n // 12, n % 12 + 1, 28) for n in range(25)]
Row = dict[str, str]
Change = Callable[[list[Row]], list[Row]]


def rows(rng: Random, at: str, size: int) -> list[Row]:
    """Around `size` screenings, of which some have a missing answer and some a wrong date."""

    def row(number: int) -> Row:
        answers = {name: rng.choice("JJJN") if rng.random() > 0.1 else "" for name in HEAD[-4:]}
        day = "2020-01-15" if rng.random() > 0.03 else "2020-13-15"
        given = (f"{at}-{number}", rng.choice(INSZ), "44021", day, rng.choice(["TOEGELEID"] * 2 + ["NIET_TOEGELEID"]))
        return {**dict(zip(HEAD[:5], given, strict=True)), **answers}

    return [row(number) for number in range(round(rng.gauss(size, size / 8)))]


def file(data: DataFolder, day: dt.date, label: str, found: list[Row]) -> Path:
    lines = [";".join(HEAD), *(";".join(row[name] for name in HEAD) for row in found)]
    return write_text(data.inbox, f"screenings_{day}_{label}.csv", "".join(f"{line}\n" for line in lines))


def findings(data: DataFolder, months: list[dt.date]) -> list[unusual.Finding]:
    entries = ledger.read(data.ledger)
    return unusual.find(data, SOURCE, entries, [e for e in entries if e.delivered_on in months])


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """24 months of three senders of different size."""
    data = DataFolder(tmp_path_factory.mktemp("history"))
    rng = Random(1)
    senders = {"gent": 200, "aalst": 60, "aartselaar": 15}
    files = [file(data, m, who, rows(rng, f"{who}-{m}", n)) for m in MONTHS[:24] for who, n in senders.items()]
    load(data, *files)
    return data


@pytest.mark.slow
def test_nothing_stands_out_where_nothing_changes(history: DataFolder) -> None:
    assert len(ledger.read(history.ledger)) == 72
    assert findings(history, MONTHS) == []


def all_yes(found: list[Row]) -> list[Row]:
    name = "minstens_halftijds_inzetbaar"
    return [row | {name: "J" if row[name] else ""} for row in found]


CHANGES: dict[str, tuple[Change, set[tuple[str, str]]]] = {
    "tripled rows": (
        lambda found: [row | {"screening_id": f"{row['screening_id']}-{n}"} for row in found for n in range(3)],
        {("size", "")},
    ),
    "few rows": (lambda found: found[: len(found) // 4], {("size", "")}),
    "a column without answers": (
        lambda found: [row | {"werkervaring_nodig": ""} for row in found],
        {("missing", "werkervaring_nodig")},
    ),
    "all yes": (all_yes, {("code", "minstens_halftijds_inzetbaar")}),
    "codes shifted": (
        lambda found: [row | {"besluit": "NIET_TOEGELEID" if n % 5 else "TOEGELEID"} for n, row in enumerate(found)],
        {("code", "besluit")},
    ),
    "many rejected": (
        lambda found: [row | ({} if n % 3 else {"ocmw_nis": "1"}) for n, row in enumerate(found)],
        {("rejected", "")},
    ),
    "nothing": (lambda found: found, set()),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHANGES)
def test_what_changes_is_told_and_nothing_else(name: str, history: DataFolder, tmp_path: Path) -> None:
    change, expected = CHANGES[name]
    data = DataFolder(tmp_path)
    for folder in (data.lake, data.quarantine, data.ledger.parent):
        copy(history.root / folder.name, folder)
    load(data, file(data, MONTHS[24], "gent", change(rows(Random(2), "new", 200))))
    found = findings(data, MONTHS[24:])
    assert {(f.kind, f.column) for f in found} == expected
    assert all(
        (f.sender and f.sender.name, f.compared, f.entry.delivered_on) == ("Gent", 24, MONTHS[24]) for f in found
    )
    assert all(not f.usual.low <= f.now <= f.usual.high for f in found)


def copy(source: Path, to: Path) -> None:
    import shutil

    shutil.copytree(source, to)


@pytest.mark.slow
def test_a_correction_is_not_compared_and_is_no_history(data: DataFolder) -> None:
    rng = Random(3)
    for month in MONTHS[:8]:
        wrong = [row | {"screeningsdatum": "x"} for row in rows(rng, f"wrong-{month}", 10)]
        load(data, file(data, month, "gent", rows(rng, f"{month}", 200) + wrong))
        load(
            data,
            file(data, month + dt.timedelta(1), "gent", [row | {"screeningsdatum": "2020-01-01"} for row in wrong]),
        )
    assert findings(data, MONTHS) == []
    days = [month + dt.timedelta(1) for month in MONTHS]
    assert findings(data, days) == []


@pytest.mark.slow
def test_a_new_sender_is_compared_with_the_others(data: DataFolder) -> None:
    rng = Random(4)
    names = ("gent", "aalst", "aartselaar", "brugge", "leuven", "hasselt", "mechelen")
    load(data, *(file(data, MONTHS[0], who, rows(rng, who, 100)) for who in names))
    found = rows(rng, "x", 100)
    load(data, file(data, MONTHS[1], "kortrijk", all_yes(found)), file(data, MONTHS[2], "dendermonde", found[:90]))
    told = findings(data, MONTHS[1:])
    assert [(f.entry.delivered_on, f.column, f.sender, f.compared) for f in told] == [
        (MONTHS[1], "minstens_halftijds_inzetbaar", None, 7)
    ]
    assert str(told[0]).startswith(
        "screenings_2022-02-28_kortrijk.csv: minstens_halftijds_inzetbaar is J: 100.0 %, usually "
    )
    assert str(told[0]).endswith("(7 deliveries of other senders)")


@pytest.mark.slow
def test_a_short_history_says_nothing(data: DataFolder) -> None:
    rng = Random(5)
    load(data, *(file(data, month, "gent", rows(rng, f"{month}", 100)) for month in MONTHS[:5]))
    load(data, file(data, MONTHS[5], "gent", rows(rng, "new", 900)))
    assert findings(data, MONTHS) == []


def delivered(day: dt.date, label: str = "gent", status: str = "accepted") -> ledger.Entry:
    name = f"screenings_{day}_{label}.csv"
    return ledger.Entry(name, name, "screenings", day, status, "", name, "v", "run", dt.datetime(2024, 1, 1))


def test_a_sender_is_silent_after_its_longest_usual_gap() -> None:
    entries = [delivered(month) for month in MONTHS[:24]]
    newest = MONTHS[23]
    assert unusual.silent(entries, newest + dt.timedelta(33)) == []
    (found,) = unusual.silent(
        [*entries, delivered(newest + dt.timedelta(9), status="rejected")], newest + dt.timedelta(60)
    )
    assert (found.sender.name, found.newest, found.waited) == ("Gent", newest, 60) and 31 < found.longest < 40
    assert str(found).startswith("screenings: no delivery of Gent since 2023-12-28, 60 days ago; usually at most 3")
    once = [m for n, m in enumerate(MONTHS[:24]) if n not in (10, 11)]  # a long gap once does not stretch the limit
    assert unusual.silent([delivered(m) for m in once], newest + dt.timedelta(60))
    assert unusual.silent([delivered(m) for m in MONTHS[:6]], newest) == []  # too few gaps to know
    assert unusual.silent([], newest) == []


def test_what_is_kept_of_deliveries_is_the_same_in_whatever_order_it_was_counted(tmp_path):
    """A run that was killed in between counts the sources in another order than one that was not."""
    made = {"one": {"l2": {("size", "", ""): (3, 3)}, "l1": {("size", "", ""): (1, 2)}}, "two": {"l3": {}}}
    made["two"]["l3"] = {("code", "geslacht", "v"): (2, 5), ("code", "geslacht", "m"): (3, 5)}
    kept = []
    for folder, sources in (("a", ("one", "two")), ("b", ("two", "one"))):
        data = DataFolder(tmp_path / folder)
        data.profiles.parent.mkdir(parents=True)
        for source in sources:
            profiles._add(data, source, made[source])
        assert profiles._read(data, "one") == made["one"]
        kept.append(data.profiles.read_bytes())
    assert kept[0] == kept[1]
