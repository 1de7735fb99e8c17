"""The mutants of tests/mutants.py can still be tried: their text stands in the code, and their tests exist."""

import pytest

from tests.mutants import DBT, MUTANTS, PROJECT, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mutant_can_be_tried(mutant: Mutant) -> None:
    path = PROJECT / mutant.file
    renew = "give the mutant in tests/mutants.py its new place, or take it out with what it guarded"
    assert path.is_file(), f"{mutant.file} is gone: {renew}"
    assert mutant.old in path.read_text(encoding="utf-8"), f"{mutant.file} no longer holds {mutant.old!r}: {renew}"
    assert mutant.old != mutant.new
    if mutant.test.startswith(DBT):
        name = mutant.test.removeprefix(DBT)
        assert [*(PROJECT / "dbt_project" / "models").rglob(f"{name}.sql")], f"there is no model {name}: {renew}"
    else:
        gone = [test for test in mutant.test.split() if not (PROJECT / test).is_file()]
        assert not gone, f"{' and '.join(gone)} is gone: {renew}"
