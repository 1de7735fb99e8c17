"""A slip of the hand in a reference table is told by the check, which then goes on without falling over it."""

import shutil
from pathlib import Path

import pytest

from expectations import contract
from orchestration.quality.checks import checking
from orchestration.quality.checks.files import Places
from orchestration.store.paths import SEEDS


@pytest.fixture
def places(tmp_path: Path) -> Places:
    shutil.copytree(SEEDS, tmp_path / "dbt" / "seeds")
    shutil.copytree(SEEDS.parent / "models", tmp_path / "dbt" / "models")
    contract.load.cache_clear()
    return Places(seeds=tmp_path / "dbt" / "seeds")


SLIPS = {
    "municipalities.csv": ("45068,Kruisem,2019-01-01,", "45068,Kruisem,31/12/2030,"),
    "municipality_merges.csv": ("44011,44083,2019-01-01", "44011,44083,31/12/2030"),
    "code_lists.csv": ("gender,X,x,X,3", "gender,X,x,X,31/12/2030"),
    "class_sets.csv": ("age,25-39,25-39 jaar,25,39,2", "age,25-39,25-39 jaar,25,31/12/2030,2"),
}


@pytest.mark.parametrize("name", SLIPS)
@pytest.mark.parametrize("slip", ["comma too many", "comma too few", "Belgian date"])
@pytest.mark.slow
def test_a_slip_in_a_row_of_a_table_is_told_by_all_checks_together(name: str, slip: str, places: Places) -> None:
    """`twe check` goes on to judge the rules beside these tables; that must not fall over what it told already."""
    before, dated = SLIPS[name]
    after = {"comma too many": f"{before},", "comma too few": before.replace(",", "", 1), "Belgian date": dated}[slip]
    path = places.seeds / name
    text = path.read_text(encoding="utf-8")
    line = text[: text.index(before)].count("\n") + 1
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    said = [str(p) for p in checking.mistakes((*checking.CHEAP, *checking.THOROUGH), places)]
    assert [told for told in said if told.startswith(f"{name}, line {line}: ")], said
    assert not [told for told in said if "Error" in told], said
