"""Rows that were refused go back, are corrected in the workbook itself, and come in again as a delivery."""

import re
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from orchestration.quality import cases
from orchestration.store.settings import Settings
from orchestration.warehouse import dbt
from tests.support import office
from tests.support.deliveries import INSZ, write
from tests.support.processes import Twe

pytestmark = pytest.mark.slow


def name_of(said: str, workbook: str) -> str:
    """The name under which a run says that a workbook is to be delivered."""
    (line,) = [line for line in said.splitlines() if workbook in line]
    found = re.search(r"deliver it as (\S+)", line)
    assert found, line
    return found[1]


def test_a_returned_workbook_that_is_corrected_is_a_delivery(settings: Settings, parsed: Path, tmp_path: Path) -> None:
    shutil.copytree(parsed, dbt.target(settings.folder))
    inbox, back = settings.inbox_folder, tmp_path / "terug"
    head = "traject_id | klant_id | ocmw_nis | startdatum | einddatum | beeindiging"
    rows = f"T1 | {INSZ[0]} | 44021 | 31/02/2023 | |\nT2 | {INSZ[1]} | 44021 | 2023-02-01 | 2022-02-01 | UITGEVOERD"
    write(inbox, "trajecten_2024-01-31_gent.csv", f"{head}\n{rows}\nT3 | {INSZ[2]} | 44021 | 2023-01-01 | |")
    head = "nis_code | maand | leefloners"
    write(inbox, "leefloners_2024-01-31_gent.csv", f"{head}\n44021 | 2024-01 | veel\n44021 | 2023-12 | 900")
    twe = Twe(tmp_path / "processes", settings.data)
    assert twe("run").code == 0
    assert twe("quarantine", "--back", str(back)).code == 0
    names = sorted(path.name for path in back.iterdir())
    assert names == [f"VERTROUWELIJK_44021_gent_{source}.xlsx" for source in ("leefloners", "trajecten")]
    for name in names:
        (inbox / name).write_bytes((back / name).read_bytes())
    said = twe("run").out
    wanted = {name: name_of(said, name).replace("YYYY-MM-DD", "2024-02-29") for name in names}
    for name in names:
        (inbox / name).unlink()

    leefloners, trajecten = names
    book = load_workbook(back / trajecten)
    sheet = book.worksheets[0]
    at = {cell.value: cell.column for cell in sheet[1]}
    for row in (2, 3):
        number = INSZ[0] if sheet.cell(row, at["traject_id"]).value == "T1" else INSZ[1]
        sheet.cell(row, at["klant_id"]).value = number
        sheet.cell(row, at["startdatum"]).value = "1/02/2020"
    book.save(inbox / wanted[trajecten])
    if office.why_not():
        book = load_workbook(back / leefloners)
        book.worksheets[0]["C2"] = 12
        book.save(inbox / wanted[leefloners])
    else:
        office.do(tmp_path, office.Work(back / leefloners, [("C2", "12")], save=inbox / wanted[leefloners]))

    ended = twe("run")
    assert ended.code == 0, ended.out
    assert "unknown column" not in ended.out
    found = cases.read(settings.folder)
    assert {(case.source, case.status, case.resolved_by) for case in found} == {
        ("leefloners", "resolved", wanted[leefloners]),
        ("trajecten", "resolved", wanted[trajecten]),
    }
    assert len(found) == 3
