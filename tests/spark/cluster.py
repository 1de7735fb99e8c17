"""A Spark cluster on this machine: a master and workers as processes of their own, reachable from here alone.

    python -m tests.spark.cluster serve FOLDER [--workers 2]

starts one and says how a run uses it, until it is interrupted; `python -m tests.spark.rehearsal` kills parts of one.

Where this process may, every worker gets mounts of its own: at the place of the data folder it sees that folder alone,
as a machine does that mounts shared storage, and nothing else of what lies beside it.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.moments import wait_until
from tests.support.processes import free_port

LOOPBACK = "127.0.0.1"
PATIENCE = 120.0
OWN_MOUNTS = """
mkdir -p {own}
mount --bind {data} {own}
mount -t tmpfs none {beside}
mkdir -p {data}
mount --bind {own} {data}
exec "$@"
"""


class Cluster:
    """One master and workers of one core each, for the data folder `data`. `folder` is for their logs, scratch and
    configuration, and lies apart from the folder that `data` is in."""

    def __init__(self, folder: Path, data: Path, workers: int = 2) -> None:
        self.folder, self.data, self._number = folder, data, workers
        self.configuration = folder / "conf"
        self.master: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self.has_own_mounts = _may_mount()

    def __enter__(self) -> "Cluster":
        self.configuration.mkdir(parents=True)
        port = free_port()
        try:
            own = ("--host", LOOPBACK, "--port", str(port), "--webui-port", str(free_port()))
            self.master = self._start("master", [], "org.apache.spark.deploy.master.Master", *own)
            self._wait("master", "I have been elected leader")
            for number in range(1, self._number + 1):
                self.workers.append(self._start_worker(number, port))
            for number in range(1, self._number + 1):
                self._wait(f"worker-{number}", "Successfully registered with master")
        except BaseException:
            self.__exit__()
            raise
        (self.configuration / "spark-defaults.conf").write_text(
            f"spark.master spark://{LOOPBACK}:{port}\nspark.driver.host {LOOPBACK}\nspark.executor.memory 1g\n"
            "spark.sql.shuffle.partitions 4\n",
            encoding="ascii",
        )
        return self

    def __exit__(self, *_: object) -> None:
        for process in [*self.workers, *([self.master] if self.master else [])]:
            kill(process, signal.SIGTERM)
        for process in [*self.workers, *([self.master] if self.master else [])]:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                kill(process, signal.SIGKILL)

    @property
    def environment(self) -> dict[str, str]:
        """What sends the build of a `twe` to this cluster."""
        return {"TWE_DATA": str(self.data), "TWE_ENGINE": "spark", "SPARK_CONF_DIR": str(self.configuration)}

    def _start_worker(self, number: int, master: int) -> "subprocess.Popen[bytes]":
        own = self.folder / f"worker-{number}"
        own.mkdir()
        mounted = []
        if self.has_own_mounts:
            paths = {"own": own / "data", "data": self.data, "beside": self.data.parent}
            script = OWN_MOUNTS.format(**{name: shlex.quote(str(path)) for name, path in paths.items()})
            mounted = ["unshare", "--mount", "sh", "-euc", script, "sh"]
        return self._start(
            own.name,
            mounted,
            "org.apache.spark.deploy.worker.Worker",
            f"spark://{LOOPBACK}:{master}",
            *("--host", LOOPBACK, "--port", str(free_port()), "--webui-port", str(free_port())),
            *("--cores", "1", "--memory", "2g", "--work-dir", str(own / "work")),
        )

    def _start(self, name: str, before: list[str], *command: str) -> "subprocess.Popen[bytes]":
        """A process in a group of its own, so that what it starts can be killed with it."""
        import pyspark

        home = Path(pyspark.__file__).parent
        environment = {"SPARK_LOCAL_IP": LOOPBACK, "SPARK_HOME": str(home), "SPARK_LOCAL_DIRS": str(self.folder / name)}
        with self._log(name).open("wb") as log:
            return subprocess.Popen(
                [*before, str(home / "bin" / "spark-class"), *command],
                env=os.environ | environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _wait(self, name: str, words: str) -> None:
        def said() -> str:
            return self._log(name).read_text(encoding="utf-8", errors="replace")

        try:
            wait_until(lambda: words in said())
        except TimeoutError:
            raise TimeoutError(f"{name} did not start:\n{said()[-2000:]}") from None


def kill(process: "subprocess.Popen[bytes]", how: signal.Signals = signal.SIGKILL) -> None:
    """Ends a process and what it started."""
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        return


def _may_mount() -> bool:
    tried = subprocess.run(
        ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False
    )
    return tried.returncode == 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.spark.cluster", description=__doc__.splitlines()[0])
    parser.add_argument("do", choices=["serve"])
    parser.add_argument("folder", type=Path, help="new folder for logs and configuration")
    parser.add_argument("--data", type=Path, required=True, help="the data folder, alone in its folder")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)
    with Cluster(given.folder.resolve(), given.data.resolve(), given.workers) as cluster:
        print("\n".join(f"export {name}={shlex.quote(value)}" for name, value in cluster.environment.items()))
        print(f"# workers: {', '.join(str(worker.pid) for worker in cluster.workers)}; end with Ctrl-C", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("ending", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
