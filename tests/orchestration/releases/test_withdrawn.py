"""What was taken away is gone with its tables, and a copy of it is known."""

from __future__ import annotations

from pathlib import Path

from orchestration.releases import recognised, withdrawn
from orchestration.store.paths import DataFolder


def test_a_document_goes_with_its_tables_and_copies_are_known(data: DataFolder, tmp_path: Path) -> None:
    place = data.annexes / "twe-2024"
    (place / "bijlage_1_csv").mkdir(parents=True)
    (place / "bijlage_1.xlsx").write_bytes(b"workbook")
    (place / "bijlage_1_csv" / "gegevens.csv").write_bytes(b"table")
    (place / "bijlage_2.xlsx").write_bytes(b"workbook 2")
    wanted = [place / "bijlage_1.xlsx", place / "antwoord.docx"]
    assert withdrawn.take_away(data, wanted, "a reason") == [place / "bijlage_1.xlsx"]
    assert withdrawn.take_away(data, wanted, "another reason") == []
    assert [path.name for path in place.iterdir()] == ["bijlage_2.xlsx"]
    for content in (b"workbook", b"table"):
        copy = tmp_path / "copy"
        copy.write_bytes(content)
        verdict = recognised.verify(data, copy)
        assert verdict.release is None and "NOT BE HANDED OUT" in verdict.text and "a reason" in verdict.text
    copy.write_bytes(b"workbook 2")
    assert "NOT BE HANDED OUT" not in recognised.verify(data, copy).text


def test_what_is_allowed_again_is_a_working_file_again(data: DataFolder) -> None:
    path = data.annexes / "twe-2024" / "bijlage_1.xlsx"
    path.parent.mkdir(parents=True)
    for _ in range(2):
        path.write_bytes(b"workbook")
        assert "working file" in recognised.verify(data, path).text
        withdrawn.take_away(data, [path], "a reason")
