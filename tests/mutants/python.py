"""Mutants of the Python of the core, a seeded sample of them; the tests that mirror a module judge it."""

from collections.abc import Iterator
from random import Random

from tests.mutants import python_text
from tests.mutants.copy import Copy
from tests.mutants.mutant import Mutant, source

SAMPLE = 6
"""Mutants of each module; all of them take a day."""
INGEST, DISCLOSURE = "orchestration/ingest", "exports/disclosure"
PERSONS, READERS = f"{INGEST}/persons", f"{INGEST}/readers"
# Module -> the tests that guard it, the quickest to fail first; of the same place in `tests` when no folder is named.
MODULES = {
    f"{INGEST}/in_parts.py": ("test_in_parts.py",),
    f"{INGEST}/inbox.py": ("test_inbox.py",),
    f"{INGEST}/judging.py": ("test_load.py", "test_in_parts.py"),
    f"{INGEST}/ledger.py": ("test_ledger.py", "test_load.py"),
    f"{INGEST}/load.py": ("test_load.py", "test_whole_files.py", "test_batches.py"),
    f"{INGEST}/parsing.py": ("test_parsing.py", "test_keys.py", "test_load.py"),
    f"{PERSONS}/person_numbers.py": ("test_person_numbers.py", "test_pseudonym.py", f"tests/{INGEST}/test_keys.py"),
    f"{PERSONS}/pseudonym.py": ("test_pseudonym.py", f"tests/{INGEST}/test_keys.py", f"tests/{INGEST}/test_load.py"),
    f"{INGEST}/storage.py": ("test_load.py", f"tests/{PERSONS}/test_pseudonym.py"),
    f"{INGEST}/validation.py": ("test_load.py", "tests/expectations/test_routing.py"),
    f"{READERS}/delimited.py": ("test_delimited.py",),
    f"{READERS}/encoding.py": ("test_encoding.py", "test_delimited.py"),
    f"{READERS}/header.py": ("test_header.py", "test_delimited.py"),
    f"{READERS}/parquet.py": ("test_parquet.py",),
    f"{READERS}/recognise.py": ("test_recognise.py", "test_delimited.py", "test_workbook.py"),
    f"{READERS}/sheet.py": ("test_sheet.py", "test_workbook.py"),
    f"{READERS}/table.py": ("test_delimited.py", "test_workbook.py"),
    f"{READERS}/workbook.py": ("test_workbook.py",),
    "expectations/contract.py": ("test_contract.py", "test_rules.py"),
    "expectations/model.py": ("test_contract.py", "test_rules.py"),
    "expectations/routing.py": ("test_routing.py", "test_rules.py"),
    "expectations/suite.py": ("test_routing.py", "test_rules.py"),
    "orchestration/warehouse/publication.py": ("test_publication.py",),
    "orchestration/warehouse/run_dates.py": ("test_run_dates.py", "tests/orchestration/test_planning.py"),
    "orchestration/releases/register.py": ("test_register.py",),
    "orchestration/releases/recognised.py": ("test_register.py",),
    f"{DISCLOSURE}/audit.py": ("test_audit.py", "test_control.py"),
    f"{DISCLOSURE}/secondary.py": ("test_control.py", "test_attack.py"),
    f"{DISCLOSURE}/suppress.py": ("test_control.py", "test_attack.py"),
}


class Python:
    def __init__(self, copy: Copy, sample: int | None, seed: int) -> None:
        """`sample`: mutants of each module, or all."""
        self._copy, self._sample, self._seed = copy, sample, seed

    def mutants(self) -> Iterator[Mutant]:
        self._copy.check([test for file in MODULES for test in tests_of(file)])
        for file in MODULES:
            every = list(python_text.mutants(file, source(file)))
            Random(f"{self._seed} {file}").shuffle(every)
            yield from every[: self._sample]

    def judge(self, mutant: Mutant) -> str:
        """The first test that fails; "" when none does."""
        return self._copy.difference(mutant.file, mutant.text(source(mutant.file)), tests_of(mutant.file))


def tests_of(file: str) -> list[str]:
    folder = f"tests/{file.rsplit('/', 1)[0]}"
    return [test if "/" in test else f"{folder}/{test}" for test in MODULES[file]]
