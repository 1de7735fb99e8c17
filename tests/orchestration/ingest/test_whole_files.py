"""Files that are refused, repeated or changed as a whole, and come back."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from expectations import contract
from orchestration.ingest import ledger, readers
from orchestration.ingest.inbox import Remark, scan
from orchestration.ingest.load import load_source, reject_clashes
from orchestration.store.paths import DataFolder
from tests.orchestration.ingest.test_load import GOOD, VERSIONS, accepted
from tests.support import deliveries
from tests.support.deliveries import INSZ, KEY, by_routing, delivery, write, write_text

pytestmark = pytest.mark.slow  # every test loads deliveries


def test_a_refused_file_is_entered_and_the_others_are_loaded(data: DataFolder) -> None:
    broken = write_text(data.inbox, "transmissies_2024-01-30.csv", "transmissie_id;klant_id\nX9;fout\n")
    good = write(data.inbox, "transmissies_2024-01-31.csv", GOOD)
    done = deliveries.load(data, broken, good)
    entries = {e.file_name: e for e in ledger.read(data.ledger)}
    assert entries[broken.name].status == "rejected"
    assert entries[broken.name].message == "lacks the required column(s) transmissiedatum; add them to the header"
    assert entries[broken.name].message_nl.startswith("mist de verplichte kolom(men) transmissiedatum; ")
    assert entries[broken.name].rows_read == 0
    assert entries[good.name].status == "accepted"
    assert [e.file_name for e in done.rejected] == [broken.name]
    assert {row["transmissie_id"] for row in accepted(data, "transmissies")} == {"X1", "X2"}


def test_a_file_with_the_number_of_a_person_as_its_label_is_refused_without_it(data: DataFolder) -> None:
    path = write(data.inbox, f"transmissies_2024-01-31_{INSZ[0]}.csv", GOOD)
    done = deliveries.load(data, path)
    (refused,) = done.rejected
    assert refused.file_name == "transmissies_2024-01-31_93*********.csv"
    assert refused.message.startswith("has somebody's person number (INSZ) as its label")
    assert refused.message_nl.startswith("heeft iemands rijksregisternummer (INSZ) als label")
    assert ledger.read(data.ledger) == [refused]
    assert not any(INSZ[0] in str(value) for value in vars(refused).values())
    assert accepted(data, "transmissies") == []


@pytest.mark.parametrize("after", ["transmissie_id;klant_id;transmissiedatum\n", "transmissie_id\nhalf"])
def test_a_file_that_changed_while_it_was_read_is_left_for_the_next_run(
    after: str, data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger would hold the digest of other rows than were loaded, or reject a file that is half written."""
    good = write(data.inbox, "transmissies_2024-01-30.csv", GOOD)
    growing = write(data.inbox, "transmissies_2024-01-31.csv", GOOD.replace("X", "Y"))
    found = [delivery(path) for path in (good, growing)]
    growing.write_text(after)
    with monkeypatch.context() as reading:
        reading.setattr(readers, "read", while_it_grows(growing))
        done = load_source(data, contract.load("transmissies"), found, KEY, "r", by_routing)
    assert done.changed == [growing.name]
    assert [e.file_name for e in ledger.read(data.ledger)] == [good.name]
    assert {row["transmissie_id"] for row in accepted(data, "transmissies")} == {"X1", "X2"}
    assert deliveries.load(data, growing).changed == []
    assert [e.file_name for e in ledger.read(data.ledger)] == [good.name, growing.name]


def while_it_grows(path: Path) -> Callable[..., list[Remark]]:
    """Reads, and writes to `path` after that."""
    real = readers.read

    def read(*arguments: Any) -> list[Remark]:
        try:
            return real(*arguments)
        finally:
            with path.open("a") as file:
                file.write(f"Y9;{INSZ[0]};2024-01-02\n")

    return read


def test_the_same_content_twice_in_one_inbox_is_loaded_once(data: DataFolder) -> None:
    first = write(data.inbox, "transmissies_2024-01-30.csv", GOOD)
    second = write(data.inbox, "transmissies_2024-01-31.csv", GOOD)
    done = deliveries.load(data, first, second)
    assert done.repeats == [(second.name, first.name)]
    assert [e.file_name for e in ledger.read(data.ledger)] == [first.name]
    assert len(accepted(data, "transmissies")) == 2


def test_a_loaded_name_with_other_content_is_refused(data: DataFolder) -> None:
    path = write(data.inbox, "transmissies_2024-01-31.csv", GOOD)
    deliveries.load(data, path)
    write(data.inbox, path.name, GOOD.replace("X2", "X3"))
    found = scan(data.inbox, contract.sources(), ledger.read(data.ledger), VERSIONS, dt.date(2026, 1, 1))
    reject_clashes(data, found.clashes, VERSIONS, "run-2")
    newest = ledger.read(data.ledger)[-1]
    assert (newest.status, newest.run_id) == ("rejected", "run-2")
    assert "deliver it under a new date or label" in newest.message
    assert [row["transmissie_id"] for row in accepted(data, "transmissies")] == ["X1", "X2"]


def test_a_refused_file_can_be_mended_under_the_same_name(data: DataFolder) -> None:
    path = write_text(data.inbox, "transmissies_2024-01-31.csv", "transmissie_id\nX1\n")
    deliveries.load(data, path)
    write(data.inbox, path.name, GOOD)
    found = scan(data.inbox, contract.sources(), ledger.read(data.ledger), VERSIONS, dt.date(2026, 1, 1))
    assert [d.file_name for d in found.new] == [path.name]
    deliveries.load(data, path)
    assert [e.status for e in ledger.read(data.ledger)] == ["rejected", "accepted"]
    assert len(accepted(data, "transmissies")) == 2
