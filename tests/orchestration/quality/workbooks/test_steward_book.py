"""What the steward sees: rows that no workbook could hold, and rules that are gone."""

from pathlib import Path

from openpyxl import load_workbook

from expectations import contract
from orchestration.quality import cases
from orchestration.quality.workbooks import steward_book
from orchestration.store.paths import DataFolder
from tests.support.deliveries import load, write_text


def test_a_row_with_control_characters_or_too_much_text_comes_through(data: DataFolder, tmp_path: Path) -> None:
    rows = f"a\x01b;300;x\nc;{'9' * 40_000};x\n=1+1;200;x\n"
    load(data, write_text(data.inbox, "klantprofielen_2024-01-31.csv", f"traject_id;leeftijd;geslacht\n{rows}"))
    book = tmp_path / "terug.xlsx"
    _, book = steward_book.write(cases.read(data), book)
    texts = [str(row[8].value) for row in load_workbook(book).active.iter_rows(min_row=2)]
    assert any("a\N{REPLACEMENT CHARACTER}b" in text for text in texts)
    assert any(text.endswith("\N{HORIZONTAL ELLIPSIS}") for text in texts)
    assert any(text.startswith("traject_id==1+1") for text in texts)


def test_a_row_outlives_the_rule_that_it_broke() -> None:
    meaning, remedy = contract.load("trajecten").text_of("een_regel_van_vroeger")
    assert meaning == "Deze regel bestaat niet meer."
    assert remedy
