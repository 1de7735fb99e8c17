"""What a start of the command line may import, in a fresh process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.store.paths import PROJECT
from tests.conftest import Finished
from tests.support.deliveries import KEY

HEAVY = ("great_expectations", "sqlalchemy", "pandas", "dagster", "dagster_dbt", "dbt", "openpyxl", "python_calamine")
HEAVY += ("numpy", "asyncio")
START = """
import json, sys
from orchestration.cli.main import main
sys.argv = ["twe", *sys.argv[1:]]
try:
    main()
except SystemExit as ended:
    code = ended.code or 0
else:
    code = 0
print(json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""


def start(data: Path, *arguments: str) -> tuple[int, set[str], str]:
    """Exit code, imported packages and output of a fresh process."""
    env = {**os.environ, "TWE_DATA": str(data), "TWE_PSEUDONYM_KEY": KEY.decode()}
    done = subprocess.run(
        [sys.executable, "-c", START, *arguments], cwd=PROJECT, env=env, capture_output=True, text=True, check=True
    )
    *said, last = done.stdout.splitlines()
    found = json.loads(last)
    return found["code"], {name.split(".")[0] for name in found["modules"]}, "\n".join(said)


@pytest.mark.slow
def test_a_run_with_nothing_new_imports_nothing_heavy(finished: Finished) -> None:
    code, imported, said = start(finished.data.root, "run")
    assert said.startswith("Nothing new")
    assert code == 0
    assert imported & set(HEAVY) == set()


@pytest.mark.slow
@pytest.mark.parametrize("command", [["status"], ["quarantine"], ["questions"], ["--help"], ["run", "--help"]])
def test_commands_that_only_look_import_nothing_heavy(command: list[str], finished: Finished) -> None:
    code, imported, said = start(finished.data.root, *command)
    assert code == 0 and said
    assert imported & set(HEAVY) == set()
