"""`kill -9` at random moments and at every named step, by night; `python -m tests.reliability` tells each as it goes.

Seven named steps are tried every day, in tests/integration/test_gates.py.
"""

from collections.abc import Iterator

import pytest

from orchestration.store.paths import DataFolder
from tests.reliability.contents import contents, differences
from tests.reliability.kills import Kills, Outcome
from tests.reliability.reader import look
from tests.support.deliveries import INSZ, load, write

MOMENTS, SEED = 300, 1


@pytest.fixture(scope="module")
def kills(tmp_path_factory: pytest.TempPathFactory) -> Kills:
    return Kills(tmp_path_factory.mktemp("kills"), SEED)


def wrong(outcomes: Iterator[Outcome]) -> list[str]:
    return [f"{each.state}, killed {each.killed}: {what}" for each in outcomes for what in each.wrong]


@pytest.mark.slow
@pytest.mark.nightly
def test_every_named_step(kills: Kills) -> None:
    outcomes = list(kills.named())
    assert wrong(iter(outcomes)) == []
    assert all(outcome.kills == 1 for outcome in outcomes), "a step that is never reached proves nothing"


@pytest.mark.slow
@pytest.mark.nightly
def test_random_moments(kills: Kills) -> None:
    outcomes = list(kills.random(MOMENTS))
    assert wrong(iter(outcomes)) == []
    assert sum(outcome.kills for outcome in outcomes) >= MOMENTS
    assert sum(outcome.looks for outcome in outcomes) > MOMENTS


@pytest.mark.slow
def test_what_is_compared_is_sharp_enough(data: DataFolder) -> None:
    """A row less, a file more and a broken publication are seen; when it was loaded is not."""
    table = f"transmissie_id | klant_id | transmissiedatum\nX1 | {INSZ[0]} | 2024-01-02\nX2 | | 2024-01-02"
    delivered = write(data.inbox, "transmissies_2024-01-31.csv", table)
    load(data, delivered)
    before = contents(data)
    for file in (data.ledger, *data.quarantine.rglob("*.parquet"), *data.lake.rglob("transmissies*.parquet")):
        file.unlink()
    load(data, delivered)
    assert differences(before, contents(data)) == []
    (lake,) = data.lake.rglob("transmissies*.parquet")
    lake.write_bytes(lake.read_bytes()[:-1])
    (data.lake / ".half.tmp").touch()
    assert differences(before, contents(data)) == [
        "left over: lake/.half.tmp",
        f"differs: {lake.relative_to(data.root)}",
    ]
    (data.published / "2024-01-31_geo-2024-01-31_0123456789").mkdir(parents=True)
    with pytest.raises(FileNotFoundError):
        look(data, {})
