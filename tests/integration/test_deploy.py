"""The files of docs/deploy: units that systemd accepts, secrets that arrive, and commands that exist."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin
from dagster._core.storage.tags import REPOSITORY_LABEL_TAG
from dagster._core.workspace.load import location_origins_from_yaml_paths

from orchestration.cli.main import twe
from orchestration.services import instance, webserver
from orchestration.services.locations import MODULE
from orchestration.store.paths import PROJECT
from orchestration.store.settings import Settings

DEPLOY = PROJECT / "docs" / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])
PROGRAM = "/opt/twe/.venv/bin/twe"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze is installed here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_has_nothing_to_say_about_a_unit(unit: Path, tmp_path: Path) -> None:
    for choice in ("as it is", "with every line that may be switched on"):
        for path in UNITS:  # all of them, since a timer names its service; with a program that exists here
            text = path.read_text().replace(PROGRAM, "/bin/true")
            if choice != "as it is":
                text = re.sub(r"^# (?=[A-Z]\w+=)", "", text, flags=re.MULTILINE)
            (tmp_path / path.name).write_text(text)
        name = unit.name.replace("@.", "@twe-backup.")
        told = subprocess.run(["systemd-analyze", "verify", str(tmp_path / name)], capture_output=True, text=True)
        assert (told.returncode, told.stderr) == (0, ""), choice


@pytest.mark.parametrize(
    "unit", [unit for unit in UNITS if "MemoryMax" in unit.read_text()], ids=lambda path: path.name
)
def test_java_can_run_in_a_unit(unit: Path) -> None:
    """It makes code while it runs, so memory is written and then executed."""
    assert "MemoryDenyWriteExecute" not in unit.read_text()
    assert "NoExecPaths" not in unit.read_text()


def test_every_secret_of_the_documentation_can_be_switched_on_where_it_is_read() -> None:
    """The table under Secrets names files and their readers; each reader has a line for the file."""
    text = (PROJECT / "docs" / "deployment.md").read_text()
    documented = re.findall(r"^\|.*\|.*`/etc/twe/.*\|.*\|$", text.split("## Secrets")[1].split("##")[0], re.MULTILINE)
    assert len(documented) == 3
    for row in documented:
        _, _, where, who, _ = row.split("|")
        for name in re.findall(r"`/etc/twe/(\w+)`", where):
            for unit in re.findall(r"`(twe-[\w@]+)`", who):
                text = (DEPLOY / f"{unit}.service").read_text()
                assert f"LoadCredential={name}:/etc/twe/{name}" in text, (unit, name)


def commands() -> Iterator[list[str]]:
    """What units and containers start `twe` with."""
    for unit in UNITS:
        for line in re.findall(rf"^(?:# )?ExecStart=.*?{PROGRAM} ([^'\n]+)", unit.read_text(), re.MULTILINE):
            yield shlex.split(re.sub(r"\$\(.*?\)", "today", line))
    for service in yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"].values():
        if "twe" in (given := service.get("command", [])):
            yield given[given.index("twe") + 1 :]


def test_what_is_started_is_a_command_with_these_options() -> None:
    given = list(commands())
    assert len(given) >= 6
    for name, *options in given:
        command = twe.commands[name]
        with command.make_context(name, options, parent=click.Context(twe, **twe.context_settings)) as context:
            assert isinstance(context, click.Context)


def with_secrets(folder: Path, *program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(DEPLOY / "run-with-secrets"), *program],
        env={"PATH": os.environ["PATH"], "CREDENTIALS_DIRECTORY": str(folder)},
        capture_output=True,
        text=True,
    )


def test_secrets_become_settings_of_the_program_alone(tmp_path: Path) -> None:
    (tmp_path / "pseudonym_key").write_text("een heel lang geheim $HOME 'x'\n")
    (tmp_path / "alert_webhook").write_text("https://example.org/x")
    show = "import os; print({k: v for k, v in sorted(os.environ.items()) if k.startswith('TWE_')})"
    told = with_secrets(tmp_path, sys.executable, "-c", show)
    assert told.stdout == (
        str({"TWE_ALERT_WEBHOOK": "https://example.org/x", "TWE_PSEUDONYM_KEY": "een heel lang geheim $HOME 'x'"})
        + "\n"
    )


def test_a_secret_that_cannot_be_read_stops_everything(tmp_path: Path) -> None:
    """Otherwise a run would go on without a key, and load demo deliveries under the key that everybody knows."""
    told = with_secrets(tmp_path / "none", "echo", "started")
    assert (told.returncode, told.stdout) == (2, "") and "cannot be read" in told.stderr
    (tmp_path / "pseudonym_key").mkdir()  # something that cannot be read, also by root
    told = with_secrets(tmp_path, "echo", "started")
    assert (told.returncode != 0, told.stdout) == (True, "")


def test_the_containers_name_files_and_secrets_that_are_there() -> None:
    given = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    for service in given["services"].values():
        assert set(service.get("secrets", [])) <= set(given["secrets"])
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            assert source in given["volumes"] or (DEPLOY / source).exists() or source in ("./twe.htpasswd", "./inbox")
    for copied in re.findall(r"^COPY (.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
        assert [name for name in copied.split() if not (PROJECT / name).exists()] == []


def test_the_code_locations_are_what_dagster_reads_and_ours_is_where_its_unit_listens() -> None:
    ours, other = location_origins_from_yaml_paths([str(DEPLOY / "workspace.yaml")])
    assert isinstance(ours, GrpcServerCodeLocationOrigin) and isinstance(other, GrpcServerCodeLocationOrigin)
    assert (ours.location_name, ours.host, other.host) == (MODULE, webserver.LOOPBACK, webserver.LOOPBACK)
    assert f"--only code --port {ours.port}\n" in (DEPLOY / "twe-code.service").read_text()
    assert other.port != ours.port


def test_a_queue_for_several_locations_is_documented_as_dagster_has_it() -> None:
    """In place of the block of that name; what it does is tried by `tests.locations`."""
    text = (PROJECT / "docs" / "deployment.md").read_text()
    (block,) = re.findall(r"```yaml\n(concurrency:.*?)```", text, re.DOTALL)
    given = yaml.safe_load((DEPLOY / "dagster-postgres.yaml").read_text())["concurrency"]
    told = yaml.safe_load(block)["concurrency"]
    assert told["pools"] == given["pools"]
    (limit,) = told["runs"]["tag_concurrency_limits"]
    assert (limit["key"], limit["limit"]) == (REPOSITORY_LABEL_TAG, 1)
    assert limit["value"] == f"__repository__@{MODULE}"


def test_books_in_postgres_are_set_up_as_those_in_the_data_folder(settings: Settings) -> None:
    """Whoever changes one configuration changes the other; only where the books are differs."""
    here = yaml.safe_load(instance.CONFIG + "".join(instance.ADDED.values()))
    there = yaml.safe_load((DEPLOY / "dagster-postgres.yaml").read_text())
    for only_here in ("event_log_storage",):
        here.pop(only_here)
    there.pop("storage")
    assert here == there
