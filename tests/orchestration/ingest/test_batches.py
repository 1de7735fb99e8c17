"""Deliveries are validated together in parts of limited size, which makes no difference to what becomes of them."""

from collections.abc import Sequence

import duckdb
import pytest

from expectations import contract
from expectations.contract import Rule
from orchestration.ingest import batches, ledger
from orchestration.ingest.load import load_source
from orchestration.store.paths import DataFolder
from tests.orchestration.ingest.test_load import GOOD, accepted
from tests.support import deliveries
from tests.support.deliveries import KEY, by_routing, delivery, write

pytestmark = pytest.mark.slow  # every test loads deliveries


def test_many_deliveries_are_guarded_in_batches_of_limited_size(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [
        write(data.inbox, f"transmissies_2024-01-{day}.csv", GOOD.replace("X", f"D{day}-")) for day in (10, 11, 12)
    ]
    monkeypatch.setattr(batches, "BATCH_BYTES", 2 * paths[0].stat().st_size)
    guarded = []

    def validate(database: str, table: str, rules: Sequence[Rule]) -> list[int]:
        guarded.append(table)
        return by_routing(database, table, rules)

    load_source(data, contract.load("transmissies"), [delivery(p) for p in paths], KEY, "r", validate)
    assert guarded.count("live") == 2
    assert len(accepted(data, "transmissies")) == 6
    assert [e.file_name for e in ledger.read(data.ledger)] == [p.name for p in paths]


def test_deliveries_with_more_rows_than_expected_are_guarded_in_smaller_batches(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH_ROWS", 5)
    paths = [
        write(data.inbox, f"transmissies_2024-01-{day}.csv", GOOD.replace("X", f"D{day}-")) for day in (10, 11, 12)
    ]
    rows = []

    def validate(database: str, table: str, rules: Sequence[Rule]) -> Sequence[int]:
        if table == "delivered":
            with duckdb.connect(database) as con:
                rows.extend(con.execute("select count(*) from delivered").fetchall()[0])
        return by_routing(database, table, rules)

    load_source(data, contract.load("transmissies"), [delivery(p) for p in paths], KEY, "r", validate)
    assert rows == [2, 4]
    assert [e.file_name for e in ledger.read(data.ledger)] == [p.name for p in paths]


def test_a_repeat_in_a_later_batch_is_seen_too(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_BYTES", 1)
    paths = [write(data.inbox, f"transmissies_2024-01-{day}.csv", GOOD) for day in (10, 11)]
    assert deliveries.load(data, *paths).repeats == [(paths[1].name, paths[0].name)]


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("Out of Memory Error: failed to allocate data")])
def test_a_delivery_that_takes_too_much_memory_to_validate_is_refused_and_the_others_are_loaded(
    data: DataFolder, error: Exception
) -> None:
    paths = [
        write(data.inbox, f"transmissies_2024-01-{day}.csv", GOOD.replace("X", f"D{day}-")) for day in (10, 11, 12, 13)
    ]
    write(data.inbox, "transmissies_2024-01-12.csv", GOOD.replace("X", "LARGE"))

    def validate(database: str, table: str, rules: Sequence[Rule]) -> list[int]:
        with duckdb.connect(database) as con:
            if con.execute("from batch where transmissie_id like 'LARGE%'").fetchall():
                raise type(error)(*error.args)  # one that is kept would keep the connection
        return by_routing(database, table, rules)

    done = load_source(data, contract.load("transmissies"), [delivery(p) for p in paths], KEY, "r", validate)
    assert [(e.file_name[13:23], e.status) for e in sorted(done.entries, key=lambda e: e.file_name)] == [
        ("2024-01-10", "accepted"),
        ("2024-01-11", "accepted"),
        ("2024-01-12", "rejected"),
        ("2024-01-13", "accepted"),
    ]
    (refused,) = done.rejected
    assert refused.message.startswith("takes more than 8 GiB of memory to validate; deliver it")
    assert refused.suite_version.endswith(" (2147483648 bytes, 600 s)")
    assert len(ledger.read(data.ledger)) == len(done.entries) == 4
    assert len(accepted(data, "transmissies")) == 6
