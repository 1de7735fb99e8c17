"""Templates on request: one, all, and what is said of a slip."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from expectations import contract
from orchestration.quality.workbooks import template_book
from orchestration.store.errors import WrongChoiceError


def test_the_template_of_one_source_and_of_all(tmp_path: Path) -> None:
    said = template_book.write("trajecten", tmp_path / "t.xlsx")
    assert said == f"Template of trajecten written to {tmp_path / 't.xlsx'}"
    template_book.write_all(tmp_path / "alle")
    names = {path.stem.removeprefix("sjabloon_"): path for path in (tmp_path / "alle").iterdir()}
    assert sorted(names) == contract.sources()
    assert {load_workbook(path).sheetnames[0] for path in names.values()} == set(contract.sources())


@pytest.mark.parametrize(
    ("source", "file", "told"),
    [("trajectn", "t.xlsx", "did you mean 'trajecten'"), ("trajecten", "t.csv", "is no name of a workbook")],
)
def test_a_slip_is_told(source: str, file: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(WrongChoiceError, match=told):
        template_book.write(source, tmp_path / file)
    assert not (tmp_path / file).exists()
