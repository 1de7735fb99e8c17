"""A PostgreSQL server for the tests alone, set up for Dagster's books by the steps of docs/deployment.md."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.store.paths import PROJECT
from tests.support.processes import free_port

SERVER_ACCOUNT = "postgres"  # the server refuses to run as root


def programs() -> Path | None:
    """Where the server's programs are; Debian keeps them outside the path."""
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


def missing() -> str:
    """What is not here that a server needs; empty when all is."""
    if programs() is None:
        return "no PostgreSQL server is installed here (no initdb)"
    if importlib.util.find_spec("dagster_postgres") is None:
        return "the optional extra is not installed: pip install 'twe-warehouse[postgres]'"
    return ""


@contextmanager
def server() -> Iterator[str]:
    """The address of an empty database."""
    place = programs()
    assert place is not None, missing()
    account = SERVER_ACCOUNT if os.geteuid() == 0 else None
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        if account:
            shutil.chown(folder, account)
        books = Path(folder) / "books"

        def call(program: str, *arguments: str) -> None:
            subprocess.run(
                [str(place / program), *arguments], user=account, cwd=folder, check=True, stdout=subprocess.DEVNULL
            )

        call(
            *("initdb", "-D", str(books), "-U", "postgres"), *("--auth-local=trust", "--auth-host=scram-sha-256")
        )  # as Debian's own: who is on the machine by his account, over TCP by password
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
        call("pg_ctl", "-D", str(books), "-w", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield _follow_the_documentation(Path(folder), port, place)
        finally:
            call("pg_ctl", "-D", str(books), "-m", "immediate", "stop")


def _follow_the_documentation(folder: Path, port: int, programs: Path) -> str:
    """Does the steps of docs/deployment.md as they stand there, but on paths of the test; returns the address."""
    text = (PROJECT / "docs" / "deployment.md").read_text().split("## Dagster's instance in PostgreSQL")[1]
    (steps,) = re.findall(r"```sh\n(.*?)```", text.split("\n## ")[0], re.DOTALL)
    for name in ("etc", "units"):
        (folder / name).mkdir()
    for unit in (PROJECT / "docs" / "deploy").glob("*.service"):
        shutil.copy(unit, folder / "units")
    others = {
        "sudo -u postgres ": "",
        "-o twe -g twe ": "",
        "127.0.0.1:5432": f"127.0.0.1:{port}",
        "/etc/twe/": f"{folder}/etc/",
        "/etc/systemd/system/": f"{folder}/units/",
        "/srv/twe": f"{folder}/srv",
        "/opt/twe": str(PROJECT),
        "systemctl": "true",
    }
    for there, here in others.items():
        assert there in steps, there
        steps = steps.replace(there, here)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "PGHOST": str(folder), "PGPORT": str(port), "PGUSER": "postgres"}
    subprocess.run(["/bin/sh", "-eu", "-c", steps], env=env, check=True)
    assert (folder / "etc" / "dagster_postgres").stat().st_mode & 0o777 == 0o600
    assert (folder / "srv" / "dagster" / "dagster.yaml").exists()
    for unit in ("run", "daemon", "page", "code"):
        assert "\nLoadCredential=dagster_postgres:" in (folder / "units" / f"twe-{unit}.service").read_text()
    return (folder / "etc" / "dagster_postgres").read_text().strip()
