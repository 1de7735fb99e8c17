"""What a cluster does when parts of it are killed: `python -m tests.spark.rehearsal [--trajectories 2000]`.

On one set of demo deliveries, with DuckDB's publication as what must come out:

1. a build on a cluster of one master and two workers;
2. the same, and a worker is killed with all that it started, while the facts are built;
3. the same, and the driver (`twe` itself) is killed at that moment, after which nothing is published; then once more.

Exit code 1: a figure differs, or something was published or left that should not be. All processes end with it.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from orchestration.store.paths import PROJECT, DataFolder
from orchestration.warehouse import publication
from tests.spark.cluster import Cluster, kill
from tests.spark.twins import differences, twin
from tests.support.moments import wait_until

BUILD = (sys.executable, "-m", "tests.spark.build")


def run(command: tuple[str, ...], log: Path, **environment: str) -> "subprocess.Popen[bytes]":
    with log.open("ab") as said:
        return subprocess.Popen(
            command, cwd=PROJECT, env=os.environ | environment, stdout=said, stderr=said, start_new_session=True
        )


def facts_are_begun(data: DataFolder) -> bool:
    """Spark has begun to write a fact."""
    return any((data.spark / "tables" / "facts.db").glob("*"))


def at_the_facts(data: DataFolder, build: "subprocess.Popen[bytes]", do: Callable[[], None]) -> None:
    wait_until(lambda: facts_are_begun(data) or build.poll() is not None)
    assert build.poll() is None, "the build ended before it came to the facts"
    do()


class Rehearsal:
    """The work folder: the deliveries with DuckDB's publication, and a twin for every part, alone in its folder."""

    def __init__(self, folder: Path, trajectories: int) -> None:
        self.folder, self.log = folder, folder / "builds.log"
        self.origin = DataFolder(folder / "origin")
        demo = (str(Path(sys.executable).with_name("twe")), "demo", "--trajectories", str(trajectories))
        for command in (demo, BUILD):
            if run(command, self.log, TWE_DATA=str(self.origin.root)).wait():
                raise AssertionError(self.said)

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-3000:]

    def cluster(self, name: str) -> Cluster:
        data = twin(self.origin, self.folder / name / "data")
        return Cluster(self.folder / f"{name}-cluster", data.root)

    def build(self, cluster: Cluster) -> "subprocess.Popen[bytes]":
        return run(BUILD, self.log, **cluster.environment)

    def wrong(self, cluster: Cluster, build: "subprocess.Popen[bytes]") -> list[str]:
        """What is not as it should be after a build."""
        data = DataFolder(cluster.data)
        if build.wait():
            return [f"the build ended with {build.returncode}:\n{self.said}"]
        made, wanted = publication.current(data), publication.current(self.origin)
        assert made and wanted
        left = [f"{data.spark} was left"] if data.spark.exists() else []
        return left + differences(wanted, made)

    def undisturbed(self) -> list[str]:
        with self.cluster("undisturbed") as cluster:
            return self.wrong(cluster, self.build(cluster))

    def worker_killed(self) -> list[str]:
        with self.cluster("worker") as cluster:
            build = self.build(cluster)
            at_the_facts(DataFolder(cluster.data), build, lambda: kill(cluster.workers[0]))
            wrong = self.wrong(cluster, build)
            lost = (DataFolder(cluster.data).work / "spark.log").read_text(encoding="utf-8", errors="replace")
            return wrong if "Lost executor" in lost else [*wrong, "Spark did not notice that the worker was gone"]

    def driver_killed(self) -> list[str]:
        with self.cluster("driver") as cluster:
            data, build = DataFolder(cluster.data), self.build(cluster)
            at_the_facts(data, build, lambda: os.kill(build.pid, signal.SIGKILL))
            build.wait()
            published = ["the killed build published"] if publication.published(data) else []
            return published + self.wrong(cluster, self.build(cluster))

    def parts(self) -> Iterator[tuple[str, list[str]]]:
        """(what was tried, what was wrong)"""
        yield "two workers", self.undisturbed()
        yield "a worker killed among the facts", self.worker_killed()
        yield "the driver killed among the facts, and the run repeated", self.driver_killed()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.spark.rehearsal", description=__doc__.splitlines()[0])
    parser.add_argument("--trajectories", type=int, default=2000)
    given, is_right = parser.parse_args(arguments), True
    with tempfile.TemporaryDirectory(prefix="twe-spark-") as folder:
        for what, wrong in Rehearsal(Path(folder), given.trajectories).parts():
            print(f"{what}: {'; '.join(wrong) or 'the same figures'}", flush=True)
            is_right &= not wrong
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
