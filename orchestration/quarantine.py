"""What was refused or warned about, for the steward: by file and row number, with the rule in plain Dutch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from expectations import contract
from expectations.contract import ContractError
from orchestration.door import ledger
from orchestration.door.ledger import Entry
from orchestration.door.pseudonym import without_insz
from orchestration.files import replaced
from orchestration.paths import DataFolder

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
]
CELL_LIMIT = 32_767
OUTCOMES = {"quarantined": "geweigerd", "warned": "geladen met waarschuwing"}


@dataclass(frozen=True)
class Finding:
    """One rule that one row broke. The warehouse names a row by its key, the door by its number in the file."""

    source: str
    file_name: str
    delivered_on: str
    row_number: int | None
    outcome: str
    rule: str
    meaning: str
    remedy: str
    row: str


def read(data: DataFolder, source: str | None = None) -> list[Finding]:
    """Every broken rule of every row, in the order of delivery, then what the warehouse found across deliveries.

    Raises `ContractError` for an unknown source.
    """
    if source and source not in contract.sources():
        raise ContractError(f"there is no source {source!r}; the sources are {', '.join(contract.sources())}")
    days: dict[str, str] = {}
    found = []
    with duckdb.connect() as con:
        for entry in ledger.read(data.ledger):
            if entry.status != "accepted" or (source and entry.source != source):
                continue
            days[entry.file_name] = str(entry.delivered_on)
            path = data.quarantine / entry.source / f"{entry.delivery_id}.parquet"
            if path.exists():
                found += _of_delivery(con, path, entry)
        if data.warehouse_findings.exists():
            texts = contract.warehouse_texts()
            rows = con.execute(
                "select source, file_name, rule, row_key from read_parquet(?) order by all",
                [str(data.warehouse_findings)],
            ).fetchall()
            found += [
                Finding(origin, file, days[file], None, "warned", rule, *texts[rule], f"sleutel={without_insz(key)}")
                for origin, file, rule, key in rows
                if file in days
            ]
    return found


def warehouse_counts(data: DataFolder) -> dict[tuple[str, str, str], int]:
    """(source, rule, warn) -> rows that the warehouse found fault with at its last build."""
    if not data.warehouse_findings.exists():
        return {}
    with duckdb.connect() as con:
        rows = con.execute(
            "select source, rule, count(*) from read_parquet(?) group by all", [str(data.warehouse_findings)]
        ).fetchall()
    return {(source, rule, "warn"): n for source, rule, n in rows}


def _of_delivery(con: duckdb.DuckDBPyConnection, path: Path, entry: Entry) -> list[Finding]:
    rules = contract.load(entry.source)
    columns = [c.name for c in rules.columns]
    cursor = con.execute("select * from read_parquet(?) order by row_number", [str(path)])
    names = [d[0] for d in cursor.description]
    found = []
    for values in cursor.fetchall():
        row = dict(zip(names, values, strict=True))
        origin = (entry.source, entry.file_name, str(entry.delivered_on), row["row_number"], row["outcome"])
        found += [Finding(*origin, rule, *rules.text_of(rule), _given(row, columns)) for rule in row["rules"]]
    return found


def _given(row: dict[str, Any], columns: list[str]) -> str:
    if row["fields"]:
        return " | ".join(map(str, row["fields"]))
    return "; ".join(f"{name}={row[name]}" for name in columns if row.get(name) is not None)


def summary_text(found: list[Finding]) -> str:
    """Rows per source, file and rule, as a table for the terminal."""
    if not found:
        return "Nothing is in quarantine."
    counts: dict[tuple[str, str, str], int] = {}
    for f in found:
        counts[f.file_name, f.outcome, f.rule] = counts.get((f.file_name, f.outcome, f.rule), 0) + 1
    lines = [f"{n:>8,}  {outcome:<12} {file:<52} {rule}" for (file, outcome, rule), n in counts.items()]
    return "\n".join([*lines, "", "With --xlsx FILE every row is written to a workbook, without INSZ."])


def write_workbook(found: list[Finding], path: Path) -> None:
    """Writes one row per finding. Text stays text, whatever it begins with."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Quarantaine")
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHI", (24, 48, 12, 8, 24, 28, 60, 60, 100), strict=True):
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
            ]
        )
    with replaced(path.resolve()) as temporary:
        book.save(temporary)
