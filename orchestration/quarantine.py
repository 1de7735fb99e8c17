"""What was refused or warned about, for the steward: by file and row number, with the rule in plain Dutch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from expectations import contract
from orchestration.files import replaced
from orchestration.paths import DataFolder
from orchestration.quality import cases
from orchestration.quality.cases import Case
from orchestration.quality.masking import masked, masked_fields

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
]
CELL_LIMIT = 32_767
OUTCOMES = {"quarantined": "geweigerd", "warned": "geladen met waarschuwing"}
STATUSES = {cases.OPEN: "open", cases.MENDED: "verbeterd", cases.REPEATED: "opnieuw geleverd, nog fout"}


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


def read(data: DataFolder, source: str | None = None) -> list[Finding]:
    """Every broken rule of every row, in the order of delivery, source by source.

    Raises `ContractError` for an unknown source.
    """
    return findings(cases.read(data, source))


def findings(found: Sequence[Case]) -> list[Finding]:
    """One line per row and rule."""
    texts = contract.warehouse_texts()
    return [
        Finding(
            case.source,
            case.file_name,
            str(case.delivered_on),
            case.row_number,
            case.outcome,
            rule,
            *(texts.get(rule) or contract.load(case.source).text_of(rule)),
            _given(case),
            case.status,
            str(case.since),
            case.mended_by or "",
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
    """Writes one row per finding. Text stays text, whatever it begins with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Quarantaine")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHIJKL", (24, 48, 12, 8, 24, 28, 60, 60, 100, 26, 12, 48), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(HEADER)

    def text(value: str) -> Any:
        # Characters that no workbook may hold, and more of them than a cell holds, come in broken deliveries.
        value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
        if len(value) > CELL_LIMIT:
            value = value[: CELL_LIMIT - 1] + "\N{HORIZONTAL ELLIPSIS}"
        cell = WriteOnlyCell(sheet, value)
        cell.data_type = "s"
        return cell

    for f in found:
        sheet.append(
            [
                *map(text, (f.source, f.file_name, f.delivered_on)),
                f.row_number,
                *map(text, (OUTCOMES[f.outcome], f.rule, f.meaning, f.remedy, f.row)),
                *map(text, (STATUSES[f.status], f.since, f.mended_by)),
            ]
        )
    with replaced(path.resolve()) as temporary:
        book.save(temporary)
