"""The sensor of the inbox asks until a delivery is in the ledger: at growing pauses, with two alerts, never beside
another run that loads."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.tags import RETRY_NUMBER_TAG
from dagster._core.utils import make_new_run_id

from orchestration import automation, jobs, planning
from orchestration.definitions import build_definitions
from orchestration.ingest import ledger
from orchestration.ingest.workspace import Workspace
from orchestration.store.settings import Settings
from orchestration.warehouse import dbt
from tests.support.deliveries import INSZ, KEY, write
from tests.support.webhooks import webhook

pytestmark = pytest.mark.slow
MINUTE, DAY = 60.0, 86_400.0


@dataclass
class Sensor:
    """The sensor on an empty data folder, ticking at a time that the test chooses."""

    settings: Settings
    definitions: dg.Definitions
    instance: dg.DagsterInstance
    monkeypatch: pytest.MonkeyPatch
    cursor: str | None = None
    skipped: str = ""
    asked: list[dg.RunRequest] = field(default_factory=list)

    def tick(self) -> bool:
        """Whether it asks for a run."""
        repository = self.definitions.get_repository_def()
        context = dg.build_sensor_context(self.instance, cursor=self.cursor, repository_def=repository)
        told = repository.get_sensor_def("inbox_changed").evaluate_tick(context)
        self.cursor = told.cursor or self.cursor
        self.skipped = told.skip_message or ""
        self.asked += told.run_requests or []
        return bool(told.run_requests)

    def settled(self) -> bool:
        """After two ticks, of which the first sees that the inbox changed: whether the second asks for a run."""
        assert not self.tick() and "just changed" in self.skipped
        return self.tick()

    def deliver(self, name: str, number: int = 1) -> Path:
        rows = f"transmissie_id | klant_id | transmissiedatum\nX{number} | {INSZ[0]} | 2024-01-02"
        return write(self.settings.inbox_folder, name, rows)

    def begin(self, status: str, job: str = jobs.ALL) -> dg.DagsterRun:
        """The run that was asked for last, in this state."""
        tags = dict(self.asked[-1].tags) if self.asked else {}
        run = dg.DagsterRun(job, make_new_run_id(), status=dg.DagsterRunStatus[status], tags=tags)
        self.instance.add_run(run)
        return run

    def fail(self) -> None:
        self.instance.report_run_failed(self.begin("STARTED"))

    def execute(self) -> dg.ExecuteInProcessResult:
        """The run that was asked for last, as far as the ledger."""
        wanted = {jobs.INBOX, jobs.LEDGER, *jobs.lake(["transmissies"])}
        assert wanted <= set(self.asked[-1].asset_selection or [])
        return self.definitions.resolve_job_def(jobs.ALL).execute_in_process(
            instance=self.instance, raise_on_error=False, asset_selection=sorted(wanted), tags=self.asked[-1].tags
        )

    def at(self, seconds: float) -> None:
        """From now on it is so long after now."""
        from time import time

        self.monkeypatch.setattr(automation, "time", lambda: time() + seconds)


@pytest.fixture
def sensor(settings: Settings, parsed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sensor]:
    shutil.copytree(parsed, dbt.target(settings.folder))
    settings.inbox_folder.mkdir(parents=True)
    with dg.instance_for_test() as instance:
        yield Sensor(settings, build_definitions(settings), instance, monkeypatch)


def test_it_waits_until_a_delivery_has_arrived_whole_and_asks_for_its_source(sensor: Sensor) -> None:
    path = sensor.settings.inbox_folder / "trajecten_2024-01-31.csv"
    path.write_text("half")
    assert not sensor.tick() and "just changed" in sensor.skipped
    path.write_text("half and the other half")
    assert sensor.settled()
    wanted = {key.to_user_string() for key in sensor.asked[0].asset_selection or []}
    assert {name for name in wanted if name.startswith("lake/")} == {"lake/trajecten"}
    assert {"inbox", "ledger/deliveries", "publication"} <= wanted


def test_it_asks_for_no_table_that_the_delivery_leaves_as_it_is(
    sensor: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[frozenset[str]] = []

    def built_already(_workspace: Workspace, _plan: planning.RunPlan, sources: frozenset[str]) -> frozenset[str]:
        seen.append(sources)
        return frozenset({"model.twe.mart_intake", "seed.twe.municipalities"})

    monkeypatch.setattr(planning, "built_already", built_already)
    sensor.deliver("transmissies_2024-01-31.csv")
    assert sensor.settled() and seen == [{"transmissies"}]
    wanted = {key.path[-1] for key in sensor.asked[0].asset_selection or []}
    assert not wanted & {"mart_intake", "municipalities"} and {"mart_transmissions", "publication"} <= wanted


def test_what_is_no_delivery_asks_for_nothing(sensor: Sensor) -> None:
    (sensor.settings.inbox_folder / os.fsdecode(b"caf\xe9.txt")).write_text("geen levering")
    assert not sensor.settled() and "holds no new delivery" in sensor.skipped
    assert not sensor.tick() and sensor.skipped == "the inbox has not changed (1 files)"


@pytest.mark.parametrize(
    "content", [f"transmissie_id;klant_id;transmissiedatum\nX1;{INSZ[0]};2024-01-02\n", "transmissie_id\nX1\n"]
)
def test_a_delivery_that_was_loaded_or_rejected_is_dealt_with(sensor: Sensor, content: str) -> None:
    (sensor.settings.inbox_folder / "transmissies_2024-01-31.csv").write_text(content)
    assert sensor.settled()
    assert sensor.execute().success
    sensor.at(DAY)
    assert not sensor.tick() and "holds no new delivery" in sensor.skipped
    assert not sensor.tick() and "has not changed" in sensor.skipped


def test_after_a_failed_run_it_asks_again_at_growing_pauses_and_for_ever(sensor: Sensor) -> None:
    sensor.deliver("transmissies_2024-01-31.csv")
    assert sensor.settled()
    for number, minutes in enumerate((1, 5, 15, 60, 1440, 1440), start=1):
        sensor.at(0)
        sensor.fail()
        sensor.at((minutes - 0.5) * MINUTE)
        assert not sensor.tick()
        assert sensor.skipped.startswith(f"1 new delivery; attempt {number} failed; the next is at ")
        sensor.at((minutes + 0.5) * MINUTE)
        assert sensor.tick()
        assert sensor.asked[-1].tags["attempt"] == str(number + 1)
    assert len({request.run_key for request in sensor.asked}) == len(sensor.asked) == 7


def test_a_run_that_could_not_load_is_a_failed_one(sensor: Sensor, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    sensor.deliver("transmissies_2024-01-31.csv")
    assert sensor.settled()
    with monkeypatch.context() as patch:
        patch.setattr(Workspace, "load", broken)
        assert not sensor.execute().success
    assert not sensor.tick() and "attempt 1 failed" in sensor.skipped
    sensor.at(2 * MINUTE)
    assert sensor.tick()
    assert sensor.execute().success
    assert not sensor.tick() and "holds no new delivery" in sensor.skipped


def test_a_busy_data_folder_is_tried_again(sensor: Sensor) -> None:
    sensor.deliver("transmissies_2024-01-31.csv")
    assert sensor.settled()
    sensor.settings.folder.lock.touch()
    with sensor.settings.folder.lock.open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert not sensor.execute().success
    assert ledger.read(sensor.settings.folder.ledger) == []
    sensor.at(2 * MINUTE)
    assert sensor.tick()
    assert sensor.execute().success


@pytest.mark.parametrize("status", ["NOT_STARTED", "STARTING", "STARTED", "CANCELING"])
def test_it_waits_for_a_run_that_loads(sensor: Sensor, status: str) -> None:
    by_hand = sensor.begin(status, jobs.LOAD)
    sensor.deliver("transmissies_2024-01-31.csv")
    assert not sensor.settled() and "queued or busy" in sensor.skipped
    sensor.instance.report_run_failed(by_hand)
    assert sensor.tick()  # that run was not asked for by the inbox: no pause


def test_a_killed_run_is_tried_again_once_the_books_know_of_it(sensor: Sensor) -> None:
    sensor.deliver("transmissies_2024-01-31.csv")
    assert sensor.settled()
    killed = sensor.begin("STARTED")
    sensor.at(DAY)
    assert not sensor.tick() and "queued or busy" in sensor.skipped
    sensor.instance.report_run_failed(killed)
    assert sensor.tick()
    assert sensor.asked[-1].tags["attempt"] == "2"


def test_a_delivery_that_comes_meanwhile_does_not_wait_for_the_pause_of_another(sensor: Sensor) -> None:
    sensor.deliver("transmissies_2024-01-31.csv")
    assert sensor.settled()
    sensor.fail()
    assert not sensor.tick() and "attempt 1 failed" in sensor.skipped
    sensor.deliver("transmissies_2024-02-29.csv", number=2)
    assert sensor.settled()
    assert sensor.asked[-1].tags["attempt"] == "1"
    assert sensor.execute().success
    names = [entry.file_name for entry in ledger.read(sensor.settings.folder.ledger)]
    assert names == ["transmissies_2024-01-31.csv", "transmissies_2024-02-29.csv"]


def test_what_was_loaded_by_hand_meanwhile_is_dealt_with(sensor: Sensor) -> None:
    sensor.deliver("transmissies_2024-01-31.csv")
    assert sensor.settled()
    sensor.fail()
    Workspace(sensor.settings).load("transmissies", "by hand")
    sensor.at(DAY)
    assert not sensor.tick() and "holds no new delivery" in sensor.skipped


def test_an_older_cursor_is_read(sensor: Sensor) -> None:
    """It said that a state was dealt with because a run had been asked for."""
    path = sensor.deliver("transmissies_2024-01-31.csv")
    state, _ = automation._state(path.parent, Workspace(sensor.settings).day)
    sensor.cursor = json.dumps({"seen": state, "done": state})
    assert sensor.tick()


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        ({}, True),
        ({RETRY_NUMBER_TAG: "1", "dagster/will_retry": "true"}, False),
        ({RETRY_NUMBER_TAG: "3", "dagster/will_retry": "false"}, True),
        ({"attempt": "1"}, True),
        ({"attempt": "1", RETRY_NUMBER_TAG: "3"}, False),
        ({"attempt": "2"}, False),
        ({"attempt": "4"}, False),
        ({"attempt": "5", "dagster/will_retry": "true"}, False),
        ({"attempt": "5", "dagster/will_retry": "false"}, True),
        ({"attempt": "6"}, False),
    ],
)
def test_an_alert_goes_out_at_the_first_and_the_last_attempt(tags: dict[str, str], told: bool) -> None:
    got: list[Any] = []
    with webhook(got) as port, dg.instance_for_test() as instance:
        settings = Settings(alert_webhook=f"http://127.0.0.1:{port}/", pseudonym_key=KEY.decode())  # type: ignore[arg-type]
        run = dg.DagsterRun(jobs.ALL, make_new_run_id(), status=dg.DagsterRunStatus.STARTED, tags=tags)
        instance.add_run(run)
        event = instance.report_run_failed(run)
        instance.add_run_tags(run.run_id, tags)  # what Dagster decides about another try, as the case has it
        failed, _ = automation._send_alerts(settings)
        failed(
            dg.build_run_status_sensor_context(
                sensor_name=failed.name, dagster_event=event, dagster_instance=instance, dagster_run=run
            ).for_run_failure()
        )
    assert len(got) == told
    if told and "attempt" in tags:
        said = "tried again after 1, 5, 15, 60 minutes" if tags["attempt"] == "1" else "from now on tried once a day"
        assert said in got[0]["text"]
