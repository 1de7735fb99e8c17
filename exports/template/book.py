"""The workbook of a template: the sheet that is delivered, what explains it, and the hidden lists."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from expectations import contract as contracts
from expectations.model import FILE, NOTES, OUTCOME, REASON, REMEDY, ROW, Column, SourceContract
from exports.figures.identity import Value
from exports.template import expressions as ex
from exports.template import rules
from exports.template.explanation import explained, steps
from exports.xlsx.cells import fitting
from exports.xlsx.document import Document, Format, Line, Sheet, SheetColumn, Table, text_columns
from exports.xlsx.entry_form import EntryForm, FormColumn
from orchestration.store.municipalities import read_codes

GUIDE, MALFORMED = "Uitleg", "Misvormde rijen"
_FORMATS = {"date": Format.DATE, "integer": Format.INTEGER, "amount": Format.EURO}
_WIDTHS = {"insz": 14, "nis": 8, "date": 11.5, "month": 9, "integer": 9, "amount": 12, "yesno": 9}
_NOTE_WIDTHS = {REASON: 38, REMEDY: 34, FILE: 18, ROW: 5, OUTCOME: 13}
_WIDEST = 23
"""Characters of a header in one line; a longer one has two."""
_EARLIEST = dt.date(1901, 1, 1)
"""Days before it stay text: Excel and LibreOffice do not count them alike."""


@dataclass(frozen=True)
class FilledRow:
    """A row that was delivered: its texts by column, the columns whose value has to be corrected (`wrong`) or looked at
    (`amber`), and what is said of it. A malformed row has `fields` instead of values."""

    values: Mapping[str, str]
    wrong: frozenset[str] = frozenset()
    amber: frozenset[str] = frozenset()
    reasons: Sequence[str] = ()
    remedies: Sequence[str] = ()
    file: str = ""
    row: int = 0
    outcome: str = ""
    fields: str | None = None


@dataclass(frozen=True)
class Cover:
    """What a workbook of returned rows says of itself: its title, the lines before the explanation, and the mark that
    stands on every sheet and page."""

    title: str
    created: dt.date
    lines: Sequence[Line] = ()
    mark: str = ""


def blank(contract: SourceContract, created: dt.date) -> Document:
    """The template of a source, without rows."""
    title = f"Sjabloon {contract.source}: {contract.title}"
    return _document(contract, (), Cover(title, created, (Line(title, "title"),)), ())


def filled(contract: SourceContract, rows: Sequence[FilledRow], cover: Cover) -> Document:
    """The template of a source with these rows in it; malformed ones have a sheet of their own."""
    return _document(contract, rows, cover, NOTES)


def _document(contract: SourceContract, rows: Sequence[FilledRow], cover: Cover, notes: Sequence[str]) -> Document:
    whole = [row for row in rows if row.fields is None]
    form = EntryForm(
        (*_columns(contract), *(FormColumn(n, _note_format(n), _NOTE_WIDTHS[n], note=True) for n in notes)),
        [_cells(contract, row, notes) for row in whole],
        marked=frozenset((number, c) for number, row in enumerate(whole) for c in row.wrong | row.amber),
        banner=cover.mark,
    )
    guide = [*cover.lines, *(steps(contract, form.last_row) if not notes else ()), *explained(contract)]
    lists = _lists(contract)
    names = {name: cells for name, (cells, _) in lists.items()}
    names |= dict(rules.names(contract, ex.place_of(contract), form.last_row))
    return Document(
        title=cover.title,
        subject=f"Levering van de bron {contract.source}",
        created=cover.created,
        sheets=(
            Sheet(contract.source, form=form, footer=cover.mark),
            *_malformed([row for row in rows if row.fields is not None], cover.mark),
            Sheet(GUIDE, tuple(guide), footer=cover.mark),
            _list_sheet({name: values for name, (_, values) in lists.items()}),
        ),
        names=names,
    )


def _columns(contract: SourceContract) -> Iterator[FormColumn]:
    for column in contract.columns:
        wrong = rules.looks(contract, column.name, "reject")
        invalid = f"twe_regel_invalid_{column.name}"
        is_list = column.type in ("code", "yesno")
        length = len(column.name)
        yield FormColumn(
            column.name,
            _FORMATS.get(column.type, Format.TEXT),
            max(_WIDTHS.get(column.type, 13), length if length <= _WIDEST else length / 2 + 2),
            title=column.name,
            about=_message(column, is_list),
            choices=ex.list_name(column) if is_list else "",
            valid=f"NOT({invalid})" if invalid in wrong else "",
            wrong=tuple(wrong),
            doubtful=tuple(rules.looks(contract, column.name, "warn")),
            required=column.required,
        )


def _message(column: Column, is_list: bool) -> str:
    """What is said when a cell is chosen."""
    may = "kies uit de lijst" if is_list else contracts.allowed(column)
    must = "Verplicht" if column.required else "Niet verplicht"
    return f"{column.explanation} {must}: {may}.".strip()


def _note_format(note: str) -> Format:
    return Format.YEAR if note == ROW else Format.TEXT


def _cells(contract: SourceContract, row: FilledRow, notes: Sequence[str]) -> tuple[Value, ...]:
    told = {
        REASON: "\n".join(row.reasons),
        REMEDY: "\n".join(row.remedies),
        FILE: row.file,
        ROW: row.row or None,
        OUTCOME: row.outcome,
    }
    return (*(typed(c, row.values.get(c.name) or "") for c in contract.columns), *(told[n] for n in notes))


def typed(column: Column, text: str) -> Value:
    """A delivered text as a cell: a date or number where it is one without doubt, so that it reads the same."""
    if not text:
        return None
    if column.type == "date" and (day := _day(text)):
        return day
    if column.type == "integer" and re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    if column.type == "amount" and re.fullmatch(r"[+-]?[0-9]{1,10}([.,][0-9]{1,2})?", text):
        return Decimal(text.replace(",", "."))
    return fitting(text)


def _day(text: str) -> dt.date | None:
    if match := re.fullmatch(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", text):
        text = f"{match[3]}-{match[2]:>02}-{match[1]:>02}"
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= _EARLIEST else None


def _malformed(rows: Sequence[FilledRow], mark: str) -> Iterator[Sheet]:
    """Rows that have no columns, as they were read."""
    if not rows:
        return
    columns = (
        SheetColumn("velden zoals gelezen", width=60, wrap=True, typed=True),
        *text_columns({REASON: 38, REMEDY: 38, FILE: 36}, wrap=(REASON, REMEDY)),
        SheetColumn(ROW, Format.YEAR, width=7),
    )
    body = [
        (fitting(row.fields or ""), "\n".join(row.reasons), "\n".join(row.remedies), row.file, row.row) for row in rows
    ]
    lines = [*([Line(mark, "banner")] if mark else []), Line(MALFORMED, "heading")]
    lines.append(Line("Deze rijen hebben een ander aantal velden dan de kopregel. Typ ze opnieuw op het eerste blad."))
    yield Sheet(MALFORMED, tuple(lines), Table("misvormd", columns, body), footer=mark)


def _lists(contract: SourceContract) -> dict[str, tuple[str, Sequence[str]]]:
    """Name of each list -> where it stands, and what is in it."""
    found: dict[str, Sequence[str]] = {}
    for column in contract.columns:
        match column.type:
            case "code":
                found[ex.list_name(column)] = column.codes
            case "yesno":
                found[ex.list_name(column)] = ("J", "N")
            case "nis":
                found[ex.list_name(column)] = tuple(read_codes())
    cells = {}
    for number, (name, values) in enumerate(found.items()):
        letters = ex.column_letters(number)
        cells[name] = (f"{ex.LISTS}!${letters}$2:${letters}${len(values) + 1}", values)
    return cells


def _list_sheet(lists: Mapping[str, Sequence[str]]) -> Sheet:
    columns = text_columns({name.removeprefix("twe_lijst_"): 24 for name in lists})
    rows = list(zip_longest(*lists.values()))
    return Sheet(ex.LISTS, table=Table("codes", columns, rows), hidden=True)
