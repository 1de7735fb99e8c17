"""Runs dbt's unit tests on a clone without data: seeds into a scratch warehouse, then every unit test.

    python -m tests.dbt_unit_tests [--engine spark] [SELECTION ...]

Fails when a test fails, and also when no test ran: dbt itself takes an empty selection for a success.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import chdir, nullcontext
from pathlib import Path
from typing import Any, get_args

from orchestration.store.paths import DBT_PROJECT, DataFolder
from orchestration.store.settings import Engine
from orchestration.warehouse import spark

UNIT_TESTS = ("test_type:unit",)


def outcome(engine: Engine, selection: Sequence[str] = UNIT_TESTS) -> tuple[bool, list[Any]]:
    """(whether all went well, the results that dbt has of the selected unit tests)"""
    with tempfile.TemporaryDirectory() as scratch:
        data = DataFolder(Path(scratch))
        data.work.mkdir()
        os.environ["DO_NOT_TRACK"] = "1"
        from dbt.cli.main import dbtRunner

        where = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target", engine]
        where += ["--target-path", f"{scratch}/target"]
        with chdir(scratch), spark.session(data) if engine == "spark" else nullcontext():
            seeded = dbtRunner().invoke(["seed", "--quiet", *where])
            if not seeded.success:
                return False, []
            tested = dbtRunner().invoke(["test", "--quiet", "--select", *selection, *where])
            return tested.success, list(getattr(tested.result, "results", []))


def main(arguments: list[str]) -> int:
    """Exit code: 0 when every selected unit test ran and passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.dbt_unit_tests", description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=get_args(Engine), default="duckdb")
    parser.add_argument("selection", nargs="*", default=UNIT_TESTS)
    given = parser.parse_args(arguments)
    succeeded, results = outcome(given.engine, given.selection)
    print(f"{sum(r.status == 'pass' for r in results)} of {len(results)} dbt unit tests passed")
    return 0 if succeeded and results else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
