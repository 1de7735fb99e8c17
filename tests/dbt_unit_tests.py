"""Runs dbt's unit tests on a clone without data: seeds into a scratch warehouse, then every unit test.

    python -m tests.dbt_unit_tests [SELECTION ...]

Fails when a test fails, and also when no test ran: dbt itself takes an empty selection for a success.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"


def main(selection: list[str]) -> int:
    """Exit code: 0 when every selected unit test ran and passed."""
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "work").mkdir()
        os.environ |= {"TWE_DATA": scratch, "DO_NOT_TRACK": "1"}
        from dbt.cli.main import dbtRunner

        where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--target-path", f"{scratch}/target"]
        seeded = dbtRunner().invoke(["seed", "--quiet", *where])
        if not seeded.success:
            return 1
        tested = dbtRunner().invoke(["test", "--quiet", "--select", *(selection or ["test_type:unit"]), *where])
        results = getattr(tested.result, "results", [])
        passed = sum(r.status == "pass" for r in results)
        print(f"{passed} of {len(results)} dbt unit tests passed")
        return 0 if tested.success and results else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
