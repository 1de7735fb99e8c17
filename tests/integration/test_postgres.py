"""Dagster's books in PostgreSQL, with the configuration of docs/deploy: a server is started for the test alone."""

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.store.paths import PROJECT, DataFolder
from orchestration.warehouse import dbt
from tests.support.deliveries import INSZ, write
from tests.support.processes import Twe, free_port

pytestmark = [pytest.mark.slow, pytest.mark.nightly]
SERVER_ACCOUNT = "postgres"  # the server refuses to run as root


def programs() -> Path | None:
    """Where the server's programs are; Debian keeps them outside the path."""
    places = [Path(found).resolve().parent for found in [shutil.which("initdb")] if found]
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of an empty database."""
    place = programs()
    if place is None:
        pytest.skip("no PostgreSQL server is installed here (no initdb)")
    if importlib.util.find_spec("dagster_postgres") is None:
        pytest.skip("the optional extra is not installed: pip install 'twe-warehouse[postgres]'")
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
        call(
            "pg_ctl",
            "-D",
            str(books),
            "-w",
            "-l",
            f"{folder}/log",
            "-o",
            f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off",
            "start",
        )
        try:
            yield follow_the_documentation(Path(folder), port, place)
        finally:
            call("pg_ctl", "-D", str(books), "-m", "immediate", "stop")


def follow_the_documentation(folder: Path, port: int, programs: Path) -> str:
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
    for unit in ("run", "daemon", "page"):
        assert "\nLoadCredential=dagster_postgres:" in (folder / "units" / f"twe-{unit}.service").read_text()
    return (folder / "etc" / "dagster_postgres").read_text().strip()


def test_a_run_is_kept_in_postgres_and_a_killed_one_does_not_hold_up_the_next(
    address: str, parsed: Path, tmp_path: Path
) -> None:
    data = DataFolder(tmp_path / "data")
    shutil.copytree(parsed, dbt.target(data))
    write(
        data.inbox,
        "transmissies_2024-01-31.csv",
        f"""
        transmissie_id | klant_id  | transmissiedatum
        X1             | {INSZ[0]} | 2024-01-02
    """,
    )
    data.dagster.mkdir()
    shutil.copy(PROJECT / "docs" / "deploy" / "dagster-postgres.yaml", data.dagster / "dagster.yaml")
    twe = Twe(tmp_path / "processes", data.root, TWE_DAGSTER_POSTGRES=address)
    assert twe("run", "--question", "twe-2018").code == 0
    assert list(data.dagster.rglob("*.db")) == []

    import psycopg2

    plain = address.replace("+psycopg2", "")
    with psycopg2.connect(plain) as books, books.cursor() as cursor:
        cursor.execute("select status from runs")
        assert cursor.fetchall() == [("SUCCESS",)]
        cursor.execute("update runs set status = 'STARTED'")  # as a run that was killed leaves it
        cursor.execute("update runs set run_body = replace(run_body, '\"SUCCESS\"', '\"STARTED\"')")
    (data.inbox / "transmissies_2024-01-31.csv").rename(data.inbox / "transmissies_2024-02-29.csv")
    write(
        data.inbox,
        "transmissies_2024-03-31.csv",
        f"""
        transmissie_id | klant_id  | transmissiedatum
        X2             | {INSZ[0]} | 2024-02-02
    """,
    )
    assert twe("run", "--question", "twe-2018").code == 0
    with psycopg2.connect(plain) as books, books.cursor() as cursor:
        cursor.execute("select status from runs order by id")
        assert cursor.fetchall() == [("FAILURE",), ("SUCCESS",)]
