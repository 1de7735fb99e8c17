"""Mutants of the models and macros of dbt: the figures over hostile deliveries judge them, then dbt's unit tests."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import chdir
from functools import cached_property
from pathlib import Path

from tests.mutants import sql_text
from tests.mutants.deliveries import Stand
from tests.mutants.mutant import PROJECT, Mutant, source
from tests.mutants.warehouse import DbtProject, NotValidError, Warehouse
from tests.oracle import marts
from tests.support.compare import IGNORED, KEYS, differences

FOLDER = "dbt_project"


class UnitTests:
    """dbt's unit tests on a copy of the dbt project, in this process: seconds instead of milliseconds."""

    def __init__(self, folder: Path) -> None:
        self._copy = shutil.copytree(PROJECT / "dbt_project", folder / "dbt_project", ignore=lambda *_: {"target"})
        (folder / "work").mkdir()
        os.environ["DO_NOT_TRACK"] = "1"
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
        with chdir(self._copy.parent):
            return dbtRunner().invoke([*command, "--quiet", *where]).success


class Models:
    """Judges what the models make of the lakes of some stands."""

    def __init__(self, folder: Path, stands: list[Stand]) -> None:
        self._folder, self._project = folder, DbtProject(PROJECT / FOLDER)
        self.warehouses = []
        for number, stand in enumerate(stands):
            warehouse = Warehouse(self._project, stand.settle(folder / f"stand {number}"), set(KEYS))
            if wrong := list(_unlike_the_oracle(warehouse, stand)):
                raise AssertionError("differs from the oracle without any mutant: " + "; ".join(wrong[:3]))
            self.warehouses.append(warehouse)

    @cached_property
    def _unit_tests(self) -> UnitTests:
        return UnitTests(self._folder / "unit tests")

    def mutants(self, kind: str) -> Iterator[Mutant]:
        """Those of the `models` or of the `macros`."""
        for name in self._project.texts:
            if name.startswith(f"{kind}/"):
                file = f"{FOLDER}/{name}"
                yield from sql_text.mutants(file, source(file))

    def judge(self, mutant: Mutant) -> str:
        """What noticed it; "" when nothing did."""
        name = mutant.file.removeprefix(f"{FOLDER}/")
        text = mutant.text(self._project.texts[name])
        models, unchanged = self._project.render({name: text}), self.warehouses[0].unchanged
        affected = [each for each, model in models.items() if model != unchanged[each]]
        if not affected:
            raise NotValidError("what is rendered is the same")
        found = next((how for each in self.warehouses if (how := each.difference(models))), "")
        return found or self._unit_tests.difference(name, text, affected)


def _unlike_the_oracle(warehouse: Warehouse, stand: Stand) -> Iterator[str]:
    for name, rows in marts(stand.ledger, stand.as_of, stand.geography_date).items():
        found = [{k: v for k, v in row.items() if k not in IGNORED.get(name, ())} for row in warehouse.rows(name)]
        yield from differences(name, rows, found)
