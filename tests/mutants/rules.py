"""Mutants of the rules and the code lists: the door over hostile deliveries judges them, then the marts, then the tests
of the rules."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from expectations import contract
from expectations.contract import ContractError
from orchestration.ingest.inbox import Delivery
from orchestration.ingest.load import load_source
from orchestration.ingest.validation import by_routing
from orchestration.ingest.workspace import Workspace
from orchestration.store.errors import TweError
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from orchestration.store.sql import literal
from tests.mutants import rules_text
from tests.mutants.copy import Copy
from tests.mutants.models import Models
from tests.mutants.mutant import PROJECT, Mutant, source
from tests.mutants.warehouse import NotValidError
from tests.support.deliveries import KEY

RULES, SEEDS = "expectations", "dbt_project/seeds"
TABLES = ("code_lists", "class_sets")
TESTS = (
    "tests/expectations/test_rules.py",
    "tests/expectations/test_contract.py",
    "tests/expectations/test_routing.py",
    "tests/expectations/test_warnings.py",
    "tests/dbt_project/test_generic_tests.py",
)


class Rules:
    def __init__(self, inboxes: list[Path], models: Models, copy: Copy, folder: Path) -> None:
        self._models, self._copy, self._folder = models, copy, folder
        self._unchanged: dict[str, list[Any]] = {}
        self._inboxes = [
            Workspace(Settings(data=folder / "nothing", inbox=inbox, pseudonym_key=KEY.decode())).inbox.new  # type: ignore[arg-type]
            for inbox in inboxes
        ]

    def _outcomes(self, source_name: str) -> list[Any]:
        """What the door makes of each inbox by the unchanged rules of a source."""
        if source_name not in self._unchanged:
            rules = contract.load(source_name)
            self._unchanged[source_name] = [_outcome(rules, _of(source_name, inbox)) for inbox in self._inboxes]
        return self._unchanged[source_name]

    def mutants(self) -> Iterator[Mutant]:
        self._copy.check(TESTS)
        for path in sorted((PROJECT / RULES).glob("*.yml")):
            file = f"{RULES}/{path.name}"
            yield from rules_text.of_yaml(file, source(file))
        for name in TABLES:
            file = f"{SEEDS}/{name}.csv"
            yield from rules_text.of_table(file, source(file))

    def judge(self, mutant: Mutant) -> str:
        """What noticed it; "" when nothing did. Raises `NotValidError`."""
        text = mutant.text(source(mutant.file))
        name = Path(mutant.file).stem
        with TemporaryDirectory(dir=self._folder) as scratch:
            folders = _copies(Path(scratch), mutant.file, text)
            try:
                contracts = {each: contract.load(each, *folders) for each in _concerned(mutant)}
            except ContractError as error:
                raise NotValidError(str(error)) from None
            for each, changed in contracts.items():
                if replace(changed, rhythm=None) != replace(contract.load(each), rhythm=None):
                    for inbox, unchanged in zip(self._inboxes, self._outcomes(each), strict=True):
                        if _outcome(changed, _of(each, inbox)) != unchanged:
                            return f"the door of {each}"
            if name in TABLES:
                seeds = {name: str(folders[1] / f"{name}.csv")}
                for warehouse in self._models.warehouses:
                    if found := warehouse.difference(warehouse.unchanged, seeds):
                        return found
        return self._copy.difference(mutant.file, text, TESTS)


def _concerned(mutant: Mutant) -> list[str]:
    """The sources whose rules a change can touch."""
    name, every = Path(mutant.file).stem, contract.sources()
    if name in TABLES:
        rows = source(mutant.file)[mutant.start : mutant.end], mutant.new
        lists = {row.split(",", 1)[0] for row in rows}
        return [each for each in every if lists & {column.code_list for column in contract.load(each).columns}]
    return [name] if name in every else every


def _of(name: str, inbox: list[Delivery]) -> list[Delivery]:
    return [delivery for delivery in inbox if delivery.source == name]


def _copies(scratch: Path, file: str, text: str) -> tuple[Path, Path]:
    """The folders of the rules and of the seeds, with one file changed."""
    for folder in (RULES, SEEDS):
        (scratch / folder).mkdir(parents=True)
        for path in (*(PROJECT / folder).glob("*.yml"), *(PROJECT / folder).glob("*.csv")):
            (scratch / folder / path.name).symlink_to(path)
    (scratch / file).unlink()
    (scratch / file).write_text(text, encoding="utf-8")
    return scratch / RULES, scratch / SEEDS


def _outcome(rules: contract.SourceContract, deliveries: list[Delivery]) -> Any:
    """What the door makes of deliveries: the verdict on each, and every row that it loads."""
    with TemporaryDirectory() as scratch:
        data = DataFolder(Path(scratch))
        try:
            entries = load_source(data, rules, deliveries, KEY, "run", by_routing).entries
            counts = [
                (e.file_name, e.status, e.rows_read, e.rows_quarantined, e.rows_warned, e.reasons) for e in entries
            ]
            lake = data.lake / rules.source
            if not lake.exists():
                return counts, []
            with duckdb.connect() as con:
                rows = con.execute(
                    f"from read_parquet({literal(lake / '*.parquet')}, union_by_name = true) order by _file_name, _row"
                ).fetchall()
            return counts, rows
        except (TweError, duckdb.Error) as error:
            return type(error).__name__
