"""What was refused or warned about, for the steward: by file and row number, with the rule in plain Dutch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.quality import cases, texts
from orchestration.quality.cases import Case
from orchestration.quality.masking import masked, masked_fields
from orchestration.quality.workbooks.return_cover import height
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder

REVIEW, CLOSED = "nagekeken", "afgesloten"
"""The column in which the steward says why a row is settled; `twe review` reads it back."""
HEADER = [
    "bron",
    "bestand",
    "geleverd op",
    "rij",
    "uitkomst",
    "regel",
    "betekenis",
    "wat te doen",
    "rij zoals geleverd",
    "stand",
    "sinds",
    "verbeterd door",
    REVIEW,
]
WIDTHS = (24, 48, 12, 8, 24, 28, 60, 60, 100, 26, 12, 48, 60)
CELL_LIMIT = 32_767
GUIDE_WIDTH = 100
OUTCOMES = {"quarantined": "geweigerd", "warned": "geladen met waarschuwing"}
STATUSES = {
    cases.OPEN: "open",
    cases.MENDED: "verbeterd",
    cases.REPEATED: "opnieuw geleverd, nog fout",
    cases.REVIEWED: REVIEW,
    cases.CLOSED: CLOSED,
}
HELP = (
    "Wat dit bestand is",
    "Elke regel van het eerste blad is één rij die een regel brak; brak ze er twee, dan staat ze er twee keer.",
    f"De kolom '{REVIEW}' (geel) is om in te vullen",
    "Klopt een rij met een waarschuwing zoals ze is? Schrijf in die kolom waarom, zonder INSZ en zonder namen.",
    "Lees het bestand terug met: twe review, gevolgd door de naam van dit bestand.",
    "De rij is dan niet meer open en gaat niet meer mee terug naar het OCMW.",
    "Komt er een nieuwe versie van de rij die de regel weer breekt, dan is die weer open.",
    "Een geweigerde rij zonder bruikbare sleutel (sleutel ontbreekt of is ongeldig, of de rij is misvormd) wordt nooit "
    "herkend als ze terugkomt. Sluit ze zelf af: schrijf in dezelfde kolom waarom, zoals 'opnieuw geleverd in maart'. "
    f"Eén regel volstaat voor de hele rij; haar stand wordt '{CLOSED}'.",
    "Terugnemen: schrijf het bestand met --all, maak de cel leeg van een rij met stand "
    f"'{REVIEW}' of '{CLOSED}', en lees het bestand terug.",
    "Andere geweigerde rijen (grijs) kunnen niet nagekeken worden: ze zijn niet geladen en moeten opnieuw geleverd "
    "worden. Ze sluiten dan vanzelf.",
)


@dataclass(frozen=True)
class Finding:
    """One rule that one row broke."""

    source: str
    file_name: str
    delivered_on: str
    row_number: int
    outcome: str
    rule: str
    meaning: str
    remedy: str
    row: str
    status: str
    since: str
    mended_by: str
    why: str
    """Why the steward found the warning to be right, or closed the row."""
    can_be_settled: bool


def read(data: DataFolder, source: str | None = None) -> list[Finding]:
    """Every broken rule of every row, in the order of delivery, source by source.

    Raises `WrongChoiceError` for an unknown source.
    """
    return findings(cases.read(data, source))


def findings(found: Sequence[Case]) -> list[Finding]:
    """One line per row and rule."""
    return [
        Finding(
            case.source,
            case.file_name,
            str(case.delivered_on),
            case.row_number,
            case.outcome,
            rule,
            *texts.of(case, rule),
            _given(case),
            case.status,
            str(case.since),
            case.mended_by or "",
            case.why or "",
            case.can_be_settled,
        )
        for case in found
        for rule in case.rules
    ]


def _given(case: Case) -> str:
    if case.fields:
        return masked_fields(case.fields)
    return "; ".join(f"{name}={masked(value)}" for name, value in case.values.items())


def warehouse_counts(data: DataFolder) -> dict[tuple[str, str, str], int]:
    """(source, rule, warn) -> rows that the warehouse found fault with at its last build."""
    if not data.warehouse_findings.exists():
        return {}
    with duckdb.connect() as con:
        rows = con.execute(
            "select source, rule, count(*) from read_parquet(?) group by all", [str(data.warehouse_findings)]
        ).fetchall()
    return {(source, rule, "warn"): n for source, rule, n in rows}


def write_workbook(found: list[Finding], path: Path) -> None:
    """Writes one row per finding, with a column for what the steward found. Text stays text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Quarantaine")
    sheet.freeze_panes = "A2"
    for index, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(HEADER))}{len(found) + 1}"
    bold, white = Font(name="Calibri", bold=True), Font(name="Calibri", bold=True, color="FFFFFF")
    navy, grey, yellow = (PatternFill("solid", fgColor=color) for color in ("1F3864", "D9D9D9", "FFF2CC"))
    styles: dict[Any, Any] = {}

    def text(value: str, fill: Any = None, font: Any = None) -> Any:
        # Characters that no workbook may hold, and more of them than a cell holds, come in broken deliveries.
        value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
        if len(value) > CELL_LIMIT:
            value = value[: CELL_LIMIT - 1] + "\N{HORIZONTAL ELLIPSIS}"
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        if fill and id(fill) not in styles:  # looking a style up costs more than the cell itself
            cell.fill, cell.number_format = fill, "@"
            if font:
                cell.font = font
            styles[id(fill)] = cell._style
        elif fill:
            cell._style = styles[id(fill)]
        return cell

    sheet.append([text(name, navy, white) for name in HEADER])
    for f in found:
        fillable = f.can_be_settled and f.status in (cases.OPEN, cases.REVIEWED, cases.CLOSED)
        sheet.append(
            [
                *map(text, (f.source, f.file_name, f.delivered_on)),
                f.row_number,
                *map(text, (OUTCOMES[f.outcome], f.rule, f.meaning, f.remedy, f.row)),
                *map(text, (STATUSES[f.status], f.since, f.mended_by)),
                text(f.why, yellow if fillable else grey),
            ]
        )
    guide = book.create_sheet("Lees mij")
    guide.column_dimensions["A"].width = GUIDE_WIDTH
    guide.page_setup.fitToHeight = 0
    guide.sheet_properties.pageSetUpPr.fitToPage = True
    for number, line in enumerate(HELP):
        cell = WriteOnlyCell(guide, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if number in (0, 2):
            cell.font = bold
        guide.row_dimensions[number + 1].height = height(line, GUIDE_WIDTH)
        guide.append([cell])
    with replaced(path.resolve()) as temporary:
        book.save(temporary)
