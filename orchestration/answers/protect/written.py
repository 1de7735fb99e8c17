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
from orchestration.answers.protect.request import Counted, Request
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
    package = write_package(document, package_folder(out), out.stem)
    return write_workbook(document, out), package


def package_folder(out: Path) -> Path:
    """Where the CSV of a workbook goes: beside it."""
    return out.with_name(f"{out.stem}_csv")


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
    chosen = f"Enkel de rijen waarvoor geldt: {request.chosen}." if request.chosen else "Alle rijen."
    texts = (stand, chosen, note, _ZEROS)
    formats = [_format(policy, request, item) for item in request.counted]
    columns = (
        *(SheetColumn(name, Format.YEAR if "year" in of else Format.TEXT, 22) for name, of in request.by.items()),
        *(SheetColumn(item.name, form, 18) for item, form in zip(request.counted, formats, strict=True)),
    )
    body = [(*map(_told, group), *map(_number, values, formats)) for group, values in sorted(rows.items(), key=_order)]
    sheet = Sheet("Tabel", lines(_TITLE, synthetic, texts), Table("Tabel", columns, body), about="de tabel")
    return Document(
        _TITLE,
        stand.removesuffix("."),
        publication.as_of,
        (front(_TITLE, synthetic, (stand, note), [sheet]), sheet),
        description=f"{note} {_ZEROS}",
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


def _format(policy: Policy, request: Request, item: Counted) -> Format:
    """As in the annexes. Changed means are whole persons."""
    mart = request.relation.mart
    if mart is None or (policy.changes_by is not None and item.of in request.relation.means):
        return Format.INTEGER
    return next((of.format for of in mart.fields if of.column == item.of), Format.INTEGER)


def _number(value: Number | str, form: Format) -> Value:
    if not isinstance(value, Decimal):
        return value
    if value == value.to_integral():
        return int(value)
    return value if form is Format.EURO else form.rounded(float(value))
