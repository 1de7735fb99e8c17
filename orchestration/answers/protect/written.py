"""The protected table as a workbook and as CSV, with what was done to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from exports.disclosure.policy import Policy
from exports.disclosure.words import description_of, note_of
from exports.figures.identity import Value
from exports.figures.reading import PublicationReader
from exports.package import write_package
from exports.sheets.head import front, lines
from exports.wording import geography, long_date
from exports.xlsx.document import CONFIDENTIAL, SHORTHAND, Document, Format, Sheet, SheetColumn, Table
from orchestration.answers.protect.counted import Group, Number
from orchestration.answers.protect.request import Request
from orchestration.warehouse.publication import Publication

_TITLE = "Tabel uit het datawarehouse TWE-OCMW"
_ZEROS = "Rijen met enkel nullen staan er niet in."


def write(
    publication: Publication,
    policy: Policy,
    request: Request,
    rows: Mapping[Group, Sequence[Number | str]],
    out: Path,
) -> tuple[Path, Path]:
    """Write the workbook to `out` and its CSV beside it; returns both paths."""
    from exports.xlsx.workbook import write as write_workbook

    document = _document(publication, policy, request, rows)
    package = write_package(document, out.with_name(f"{out.stem}_csv"), out.stem)
    return write_workbook(document, out), package


def _document(
    publication: Publication, policy: Policy, request: Request, rows: Mapping[Group, Sequence[Number | str]]
) -> Document:
    rules = policy.marts.get(request.relation.name)
    numbers = rules.per_person_numbers if rules else {1}
    note = (
        note_of(policy, numbers)
        or f"{CONFIDENTIAL} = {SHORTHAND[CONFIDENTIAL]}. Alle cijfers zijn die van de bijlagen."
    )
    with PublicationReader(publication.path) as reader:
        stand = f"Stand op {long_date(publication.as_of)}; {geography(reader)}. Bron: {request.relation.name}."
        synthetic = reader.facts.synthetic
    chosen = f"Enkel de rijen met: {request.filter}." if request.filter else "Alle rijen."
    texts = (stand, chosen, note, _ZEROS)
    columns = (
        *(SheetColumn(name, Format.YEAR if "year" in of else Format.TEXT, 22) for name, of in request.by.items()),
        *(
            SheetColumn(item.name, Format.EURO if item.of.endswith("_eur") else Format.INTEGER, 18)
            for item in request.counted
        ),
    )
    body = [(*map(_told, group), *map(_number, values)) for group, values in sorted(rows.items(), key=_order)]
    sheet = Sheet("Tabel", lines(_TITLE, synthetic, texts), Table("Tabel", columns, body), about="de tabel")
    return Document(
        _TITLE,
        stand,
        publication.as_of,
        (front(_TITLE, synthetic, (stand, note), [sheet]), sheet),
        description=f"{stand} {note} {_ZEROS}",
        status="voorlopig",
        keywords="TWE, OCMW, tabel",
        facts={"Stand op": publication.as_of.isoformat(), "Geografie op": publication.geography_date.isoformat()},
        disclosure=description_of(policy, numbers),
    )


def _order(row: tuple[Group, object]) -> list[tuple[bool, str]]:
    """By the columns that the table is grouped by, numbers by their size: never by what is counted."""
    return [(value is None, f"{value:09d}" if type(value) is int else str(value)) for value in row[0]]


def _told(value: object) -> Value:
    if value is None:
        return "onbekend"
    if isinstance(value, bool):
        return "ja" if value else "nee"
    return value if isinstance(value, int) else str(value)


def _number(value: Number | str) -> Value:
    return int(value) if isinstance(value, Decimal) and value == value.to_integral() else value
