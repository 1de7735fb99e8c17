"""Several code locations, and several machines, on one data folder: `python -m tests.locations [--only WORD]`.

From nothing, on this machine alone: a PostgreSQL server set up as docs/deployment.md says, this project and another
code location as two code servers (docs/deploy/workspace.yaml), a page, a daemon; and two machines by name. Exit code
1: a figure differs, two wrote at once, or a run did not end as it should. All processes end with it.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import dagster as dg
import duckdb

from orchestration.store.settings import Settings, SettingsError
from orchestration.store.sql import read_parquet
from orchestration.warehouse import publication, spark
from tests.locations import hosts, parts, postgres
from tests.locations.site import Reference, Site

Part = Callable[[Site, dg.DagsterInstance], str]
AS_DEPLOYED: dict[str, Part] = {
    "a run of each location, queued": parts.both_through_the_queue,
    "two runs of this project, queued": parts.two_of_ours,
    "`twe run` while the office writes": parts.command_beside_the_office,
    "the code server killed, its run spared": parts.server_killed_alone,
    "the code server killed with its run": parts.server_killed_with_its_run,
}


def on_spark(site: Site, books: dg.DagsterInstance) -> str:
    said = parts.both_through_the_queue(site, books)
    made = publication.current(site.data)
    assert made
    with duckdb.connect() as con:
        told = con.execute(f"select engine from {read_parquet(made.path / 'publication.parquet')}").fetchall()
    assert told == [("spark",)]
    return said


def played(folder: Path, only: str) -> Iterator[tuple[str, Callable[[], str]]]:
    """(what is done, what does it)"""
    reference = Reference(folder / "alone")
    sites: list[tuple[str, dict[str, Part], bool, dict[str, str]]] = [
        ("deployed", AS_DEPLOYED, False, {"NEIGHBOUR_SECONDS": "5"}),
        ("several", {"both at once, as set for several": parts.both_at_once}, True, {"NEIGHBOUR_SECONDS": "5"}),
        ("spark", {"a run on Spark from the page": on_spark}, False, {"TWE_ENGINE": "spark"}),
    ]
    for name, these, several, more in sites:
        chosen = {what: part for what, part in these.items() if only in what}
        if not chosen:
            continue
        if missing := postgres.missing() or (_no_spark() if name == "spark" else ""):
            yield from ((what, lambda missing=missing: f"not tried: {missing}") for what in chosen)
            continue
        with postgres.server() as address:
            site = Site(folder / name, reference, address, several, **more)
            with site.open() as books:
                yield from ((what, partial(part, site, books)) for what, part in chosen.items())
    if only in (what := "this project under the multi-process executor"):
        yield what, lambda: parts.step_by_step(reference, folder / "steps")
    if only in (what := "two machines on one folder"):
        yield (
            what,
            lambda: (
                hosts.two_machines(reference, folder / "machines")
                if hosts.possible()
                else "not tried: only root gives a process a name of its own"
            ),
        )


def _no_spark() -> str:
    try:
        spark.require(Settings(engine="spark"))
    except SettingsError as missing:
        return str(missing)
    return ""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.locations", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="WORD", help="only what has this word in its name")
    given, is_right = parser.parse_args(arguments), True
    with tempfile.TemporaryDirectory(prefix="twe-locations-") as folder:
        for what, play in played(Path(folder), given.only):
            begun = time.monotonic()
            try:
                said = play()
            except AssertionError as error:
                said, is_right = f"WRONG: {error or 'see the trace'}", False
                sys.excepthook(*sys.exc_info())
            print(f"{what:<45} {time.monotonic() - begun:4.0f} s  {said}", flush=True)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
