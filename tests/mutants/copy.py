"""A copy of the project in which a file is changed while tests run on it, each time in a fork of this process: what the
tests import of others, which takes longer than most tests, is there already."""

import compileall
import importlib
import os
import py_compile
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile

from tests.mutants.mutant import PROJECT

OURS = ("orchestration", "expectations", "exports", "tests", "dbt_project")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "data", "target", "__pycache__", ".*_cache", "*.egg-info")
SECONDS = 600
"""After which a mutant hangs, and no test would pass with it."""


class Copy:
    def __init__(self, folder: Path) -> None:
        self.folder = Path(shutil.copytree(PROJECT, folder, ignore=LEFT_OUT))
        # By what a file holds, not by its time, is seen whether its compiled form is of old.
        mode = py_compile.PycInvalidationMode.CHECKED_HASH
        compileall.compile_dir(self.folder, quiet=2, invalidation_mode=mode)
        importlib.import_module("tests.conftest")

    def check(self, tests: Sequence[str], marked: str = "not nightly") -> None:
        """Raises when one of the tests fails without any mutant."""
        if failure := self.failure(sorted(set(tests)), marked):
            raise AssertionError(f"fails without any mutant; mend that first: {failure}")

    def difference(self, file: str, text: str, tests: Sequence[str], marked: str = "not nightly") -> str:
        """Which of the tests fails first when the text of a file is another; "" when all pass."""
        path = self.folder / file
        kept = path.read_text(encoding="utf-8")
        path.write_text(text, encoding="utf-8")
        try:
            # One after the other: to collect them all takes longer than the first, which is the likeliest to fail.
            return next((failure for test in tests if (failure := self.failure([test], marked))), "")
        finally:
            path.write_text(kept, encoding="utf-8")

    def failure(self, tests: Sequence[str], marked: str = "not nightly") -> str:
        """Which of the tests fails first as the copy stands; "" when all pass."""
        with TemporaryFile(mode="w+", encoding="utf-8") as said:
            child = os.fork()
            if not child:
                self._run([*tests, "-m", marked], said.fileno())
            _, status = os.waitpid(child, 0)
            said.seek(0)
            lines = [line for line in said if line.startswith(("FAILED ", "ERROR "))]
        if os.WIFSIGNALED(status):
            return "hangs, or ends the process"
        return (lines or ["tests fail"])[0].split(" - ")[0].strip() if os.WEXITSTATUS(status) else ""

    def _run(self, tests: Sequence[str], said: int) -> None:
        """In the child; doesn't return."""
        code = 1
        try:
            signal.alarm(SECONDS)
            os.dup2(said, 1)
            os.dup2(said, 2)
            os.chdir(self.folder)
            sys.dont_write_bytecode = True
            sys.path[:] = [str(self.folder), *(path for path in sys.path if Path(path or ".").resolve() != PROJECT)]
            for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
                del sys.modules[name]
            import pytest

            quiet = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=short"]
            code = pytest.main([*quiet, "--basetemp", str(self.folder.parent / "tests"), *tests])
        finally:
            os._exit(int(code))
