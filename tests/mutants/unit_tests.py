"""dbt's unit tests on a changed copy of the dbt project, in this process: seconds instead of milliseconds."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from tests.mutants.mutant import PROJECT


class UnitTests:
    """A copy of the dbt project with its seeds in a scratch warehouse."""

    def __init__(self, folder: Path) -> None:
        self._copy = shutil.copytree(PROJECT / "dbt_project", folder / "dbt_project", ignore=lambda *_: {"target"})
        (folder / "work").mkdir()
        os.environ |= {"TWE_DATA": str(folder), "DO_NOT_TRACK": "1"}
        assert self._run("seed"), "the seeds can't be built without any mutant"

    def difference(self, file: str, text: str, models: Iterable[str]) -> str:
        """Which unit tests of the models fail when the text of a file of the dbt project is another."""
        path = self._copy / file
        kept = path.read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8")
        try:
            return "" if self._run("test", "--select", *(f"{name},test_type:unit" for name in models)) else "unit tests"
        finally:
            path.write_text(kept, encoding="utf-8")

    def _run(self, *command: str) -> bool:
        from dbt.cli.main import dbtRunner

        where = ["--project-dir", str(self._copy), "--profiles-dir", str(self._copy)]
        where += ["--target-path", str(self._copy.parent / "target"), "--log-level", "none"]
        return dbtRunner().invoke([*command, "--quiet", *where]).success
