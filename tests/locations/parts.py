"""What is played with two code locations: each part says in words what came of it, and fails when it is not right."""

import json
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
from dagster._core.storage.tags import PARENT_RUN_ID_TAG

from orchestration import jobs
from orchestration.services.locations import MODULE
from orchestration.store.paths import PROJECT
from orchestration.warehouse import publication
from tests.locations import books as ledgers
from tests.locations import neighbour
from tests.locations.site import ENDED, LONG, Reference, Site, twe
from tests.support.deliveries import KEY
from tests.support.processes import alive, wait

GOOD = "SUCCESS"


def _nobody_holds(books: dg.DagsterInstance) -> bool:
    return not books.event_log_storage.get_concurrency_info(jobs.POOL).claimed_slots


def _ensure_published(site: Site) -> None:
    """What the office reads is there when it begins beside a run of ours."""
    if publication.current(site.data) is None:
        assert twe(site.data, "run", **site.environment).returncode == site.reference.code


def both_through_the_queue(site: Site, books: dg.DagsterInstance) -> str:
    assert type(books.run_coordinator).__name__ == "QueuedRunCoordinator"
    ours, office = site.start(jobs.ALL), site.start(neighbour.JOB, neighbour.NAME)
    assert site.ended(ours, office) == [GOOD, GOOD]
    assert site.reference.wrong(site.data) == []
    assert not ledgers.overlap(books, ours, office)
    assert ledgers.at_once(books, [ours, office], jobs.POOL) == []
    read = json.loads((site.own / neighbour.DIGESTS).read_text())
    tables = site.reference.publication.tables
    assert {name: read.get(name) for name in tables} == tables
    steps = {(site.own / f"{name}.pid").read_text() for name in neighbour.STEPS}
    assert len(steps) == len(neighbour.STEPS)
    return f"both well, one after the other; the office read these figures in {len(steps)} processes"


def two_of_ours(site: Site, books: dg.DagsterInstance) -> str:
    one, other = site.start(jobs.ALL), site.start(jobs.ALL)
    assert site.ended(one, other) == [GOOD, GOOD]
    assert not ledgers.overlap(books, one, other)
    assert ledgers.at_once(books, [one, other], jobs.POOL) == []
    assert site.reference.wrong(site.data) == []
    return "both well, one after the other"


def command_beside_the_office(site: Site, books: dg.DagsterInstance) -> str:
    """`twe run` waits for no queue: it takes turns in the pool, and ends no run of somebody else."""
    _ensure_published(site)
    office = site.start(neighbour.JOB, neighbour.NAME)
    wait(lambda: site.status(office) == "STARTED", LONG)
    told = twe(site.data, "run", "--as-of", "2024-03-31", **site.environment)
    assert told.returncode in (0, 1), told.stderr
    assert site.ended(office) == [GOOD]
    (newest,) = books.get_runs(dg.RunsFilter(tags={jobs.STARTED_BY: jobs.COMMAND_LINE}), limit=1)
    assert ledgers.overlap(books, newest.run_id, office)
    assert ledgers.at_once(books, [newest.run_id, office], jobs.POOL) == []
    assert site.reference.wrong(site.data) == []
    return "both at once, never two in the pool; the office's run goes on to its end"


def both_at_once(site: Site, books: dg.DagsterInstance) -> str:
    _ensure_published(site)
    ours, office, next_one = site.start(jobs.ALL), site.start(neighbour.JOB, neighbour.NAME), site.start(jobs.ALL)
    runs = [ours, office, next_one]
    assert site.ended(*runs) == [GOOD, GOOD, GOOD]
    assert ledgers.overlap(books, ours, office)
    assert not ledgers.overlap(books, ours, next_one)
    assert ledgers.at_once(books, runs, jobs.POOL) == []
    assert site.reference.wrong(site.data) == []
    return "the office beside ours, never two in the pool; the second of ours after the first"


def _busy(site: Site, books: dg.DagsterInstance) -> tuple[str, int]:
    """A run of ours that holds the data folder and its place in the pool, and its process."""
    run = site.start(jobs.ALL)
    wait(lambda: site.status(run) in ("STARTED", *ENDED) and site.worker() and not _nobody_holds(books), LONG)
    process = site.worker()
    assert process and site.status(run) == "STARTED"
    return run, process


def server_killed_alone(site: Site, books: dg.DagsterInstance) -> str:
    run, process = _busy(site, books)
    site.kill(MODULE, spared=process)
    assert alive(process)
    site.serve(MODULE)
    assert site.ended(run) == [GOOD]
    assert site.reference.wrong(site.data) == []
    return "the run goes on without it, to its end"


def server_killed_with_its_run(site: Site, books: dg.DagsterInstance) -> str:
    _ensure_published(site)
    run, process = _busy(site, books)
    site.kill(MODULE)
    assert not alive(process)
    office = site.start(neighbour.JOB, neighbour.NAME)
    site.serve(MODULE)
    assert site.ended(run, office) == ["FAILURE", GOOD]
    found = wait(lambda: books.get_runs(dg.RunsFilter(tags={PARENT_RUN_ID_TAG: run})), LONG)
    again = found[0].run_id
    assert site.ended(again) == [GOOD]
    wait(lambda: _nobody_holds(books))
    assert site.reference.wrong(site.data) == []
    assert site.ended(next_one := site.start(jobs.ALL)) == [GOOD]
    assert ledgers.at_once(books, [office, again, next_one], jobs.POOL) == []
    noticed = ledgers.times(books, run)[1] - max(one.end for one in ledgers.held(books, run, jobs.POOL))
    return f"the run is failed after {noticed:.0f} s, its place given back, the retry comes; the office is well"


def step_by_step(reference: Reference, folder: Path) -> str:
    """This project under the multi-process executor, which it was not made for."""
    data = reference.copy(folder)
    data.dagster.mkdir()
    (data.dagster / "dagster.yaml").write_text((reference.data.dagster / "dagster.yaml").read_text())
    dagster = str(Path(sys.executable).with_name("dagster"))
    told = subprocess.run(
        [dagster, "job", "execute", "-m", "tests.locations.step_by_step", "-j", jobs.ALL],
        env=os.environ
        | {"TWE_DATA": str(data.root), "TWE_PSEUDONYM_KEY": KEY.decode(), "DAGSTER_HOME": str(data.dagster)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    refused = sum("RESOURCE_INIT_FAILURE" in line for line in told.stderr.splitlines())
    assert told.returncode and refused and "BusyError: another run is busy" in told.stderr
    made = publication.current(data)
    figures = "the figures are right" if made and not reference.wrong(data) else "the figures are not published"
    return f"the run fails: {refused} documents found the data folder held by one beside them; {figures}"
