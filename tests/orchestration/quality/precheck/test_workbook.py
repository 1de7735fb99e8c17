"""The workbook of precheck: the rows to look at, their wrong cells marked; mended, it is a delivery."""

import datetime as dt
from pathlib import Path

import pytest
from openpyxl import load_workbook

from expectations import contract
from expectations.model import NOTES
from orchestration.quality.precheck import verdict, workbook
from orchestration.store.errors import WrongChoiceError
from tests.support.deliveries import INSZ, write

TODAY = dt.date(2024, 3, 1)
HEAD = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
ROWS = f"""{HEAD}
    T1 | {INSZ[0]} | 11001 | 2020-01-01 | 2022-12-31 | UITGEVOERD
    T2 | {INSZ[1]} | 11001 | nooit      |            |
    T3 | {INSZ[2]} | 11001 | 2020-01-01 |            |
"""


def written(tmp_path: Path, target: str, *names: str) -> list[Path]:
    paths = [write(tmp_path, name, ROWS.replace("T3", f"T3{number}")) for number, name in enumerate(names)]
    return workbook.write(verdict.of_files(paths, TODAY), tmp_path / target, TODAY)


def test_the_rows_to_look_at_are_in_the_template_with_the_wrong_cells_marked(tmp_path: Path) -> None:
    (path,) = written(tmp_path, "na te kijken.xlsx", "trajecten_2024-01-31_gent.csv")
    assert path == tmp_path / "VERTROUWELIJK_na te kijken.xlsx" and path.stat().st_mode & 0o777 == 0o600
    book = load_workbook(path)
    sheet = book["trajecten"]
    header, *rows = sheet.iter_rows()
    names = [cell.value for cell in header]
    assert names == [*(c.name for c in contract.load("trajecten").columns), *NOTES]
    lines = [dict(zip(names, row, strict=True)) for row in rows]
    assert [(line["rij"].value, line["uitkomst"].value) for line in lines] == [(2, "waarschuwing"), (3, "geweigerd")]
    plain = lines[0]["ocmw_nis"].fill.fgColor.rgb
    marked = [
        {name for name, cell in line.items() if cell.fill.fgColor.rgb != plain} & set(names[:7]) for line in lines
    ]
    assert marked == [{"startdatum", "einddatum"}, {"startdatum"}]
    assert lines[1]["reden"].value.startswith("startdatum is niet geldig") and lines[1]["bestand"].value
    assert lines[1]["klant_id"].value == "05*********"
    guide = "\n".join(cell.value or "" for (cell,) in book["Uitleg"].rows)
    assert "onder deze naam: trajecten_JJJJ-MM-DD_label.xlsx" in guide
    assert "VERTROUWELIJK" in f"{sheet.oddHeader.center.text} {sheet.oddFooter.center.text}"


def test_what_to_do_is_told_once_for_all_that_is_wrong_in_a_row(tmp_path: Path) -> None:
    path = write(tmp_path, "trajecten_2024-01-31_gent.csv", f"{HEAD}\nT1 | {INSZ[0]} | 99999 | nooit | |")
    (made,) = workbook.write(verdict.of_files([path], TODAY), tmp_path / "k.xlsx", TODAY)
    header, row = load_workbook(made)["trajecten"].iter_rows(values_only=True)
    line = dict(zip(header, row, strict=True))
    assert len(line["reden"].split("\n")) == 2
    assert line["wat te doen"] == "Verbeter de waarde en lever de rij opnieuw."


def test_mended_it_is_a_delivery(tmp_path: Path) -> None:
    (path,) = written(tmp_path, "k.xlsx", "trajecten_2024-01-31_gent.csv")
    book = load_workbook(path)
    sheet = book["trajecten"]
    for row, insz in ((2, INSZ[0]), (3, INSZ[1])):
        sheet.cell(row, 2).value = insz
    sheet.cell(3, 4).value = "01/02/2020"
    book.save(again := tmp_path / "trajecten_2024-02-01_gent.xlsx")
    found = verdict.of_files([again], TODAY)[again]
    assert (found.rows_read, found.rows_quarantined, [rule.name for rule in found.broken]) == (2, 0, ["over_24_months"])


def test_several_files_go_to_a_folder_and_none_takes_the_place_of_another(tmp_path: Path) -> None:
    names = ("trajecten_2024-01-31.csv", "trajecten_2024-02-01.csv")
    assert [path.relative_to(tmp_path).as_posix() for path in written(tmp_path, "map", *names)] == [
        "map/VERTROUWELIJK_trajecten_2024-01-31_csv.xlsx",
        "map/VERTROUWELIJK_trajecten_2024-02-01_csv.xlsx",
    ]
    with pytest.raises(WrongChoiceError, match="geef voor meer bestanden een map op"):
        written(tmp_path, "trajecten_2024-01-31.csv", *names)
    own = write(tmp_path, "VERTROUWELIJK.csv", ROWS)
    with pytest.raises(WrongChoiceError, match="is zelf een van de bestanden"):
        workbook.write(verdict.of_files([own], TODAY, "trajecten"), own, TODAY)


def test_without_rows_to_look_at_there_is_none(tmp_path: Path) -> None:
    path = write(tmp_path, "trajecten_2024-01-31.csv", f"{HEAD}\nT1 | {INSZ[0]} | 11001 | 2020-01-01 | |")
    assert workbook.write(verdict.of_files([path], TODAY), tmp_path / "k.xlsx", TODAY) == []
    assert list(tmp_path.iterdir()) == [path]
