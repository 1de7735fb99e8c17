"""Values typed into a template with LibreOffice: it colours what the door refuses, rule by rule, and nothing else."""

import datetime as dt
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations import contract
from expectations.model import Column, SourceContract
from exports import template
from exports.template import rules
from exports.template.expressions import place_of
from exports.xlsx.workbook import write
from orchestration.store.paths import DataFolder
from tests.support import office
from tests.support.deliveries import INSZ, load, rows_of

pytestmark = pytest.mark.slow

EVERY_TYPE = ["insz_wijzigingen", "leefloners", "loontoelagen", "trajecten"]
"""The typing takes minutes for all: these have every type of column and every kind of rule between them."""
SOURCES = [pytest.param(name, marks=() if name in EVERY_TYPE else pytest.mark.nightly) for name in contract.sources()]

Row = dict[str, str]
TYPED = {
    "text": ("T", "x" * 36, "x" * 37, "  T9  ", "007", "1/2", "=1+1"),
    "insz": (*INSZ, "93051822360", "93.05.18-223.61", "05 03 01 456 57", "9305182236", "930518223611", "niet gekend"),
    "nis": ("11001", "44001", "99999", "1100", "Gent", " 11002 "),
    # What begins with ' is text in a date or number column, as when it is pasted from a text.
    "date": (
        "1/02/2023",
        "2023-02-01",
        "31/12/2022",
        "29/02/2024",
        "29/02/2023",
        "2023-02-30",
        "31/12/2016",
        "mei 2019",
        "1/1/2019 10:00",
        "'2023-02-01",
        "'01/02/2023",
        "'31/04/2023",
        "'2023-2-1",
        "'2023-13-01",
        "'1-2-2023",
        "'01/02/23",
        "'20230201",
        "'2023-02-01T00:00:00",
        "'2023-02-02 00:00:00",
        "'3/2/2023 00:00:00",
        "'4/02/2023",
        "'2023-02-01T10:00:00",
        "'29/2/2023",
        "'101/1/2020",
        "'1/101/2020",
        "'1/1/6/2023",
        "'2020-01-31",
        "15/01/2020",
        "30/01/2022",
        "31/01/2022",
        "=NB()",
        "later",
    ),
    "month": (
        "2023-01",
        "2023-12",
        "2/2023",
        "03/2023",
        "13/2023",
        "2023-13",
        "2023-00",
        "2023",
        "2023-1",
        "2023/04",
        "januari",
        "202301",
        "2013-05",
        "1/6/2023",
    ),
    "integer": ("12", "0", "14", "15", "99", "100", "720", "721", "-3", "12,5", "veel", "'007", "'12,0", "'-1", "1e3"),
    "amount": (
        "12,5",
        "0",
        "-5",
        "812,405",
        "nvt",
        "'12.50",
        "'1234,567",
        "'+5,1",
        "'-0,50",
        "'5,",
        "',5",
        "'1.234,56",
        "9999999999,99",
        "10000000000",
        "'€ 812,40",
        "'0",
        "'--5",
        "1.234,56",
    ),
    "code": ("XX", "*", "?", "~"),
    "yesno": ("J", "N", "ja", "NEE", "true", "waar", "ONWAAR", "1", "0", "2", "misschien", "O", "*"),
}
SOUND = {"insz": INSZ[0], "nis": "11001", "date": "1/02/2023", "month": "2023-01", "integer": "20", "amount": "812,40"}


def options(column: Column) -> tuple[str, ...]:
    own = TYPED[column.type]
    return (*column.codes, *(c.lower() for c in column.codes), *own) if column.type == "code" else own


def sound_row(source: SourceContract, number: int) -> Row:
    """A row that breaks no rule, with a key of its own."""
    row = {c.name: SOUND.get(c.type, "T1") for c in source.columns if c.required and c.type != "code"}
    row |= {c.name: c.codes[0] for c in source.columns if c.required and c.type == "code"}
    for name in source.key:
        (kind,) = (c.type for c in source.columns if c.name == name)
        if kind == "text":
            row[name] = f"K{number}"
        elif kind == "insz":
            first = 850101001 + number
            row[name] = f"{first}{97 - first % 97:02}"
        elif kind == "month":
            row[name] = f"{1950 + number // 12}-{number % 12 + 1:02}"
    return row


def typed_rows(source: SourceContract) -> Iterator[Row]:
    """Every option in every column of a sound row, rows of random options, and keys that come twice."""
    number = 0
    for column in source.columns:
        for text in ("", *options(column)):
            if column.name in source.key and column.type == "insz" and re.fullmatch(r"[\d]+[ .-][\d .-]+", text):
                continue  # the same key in another form is one key for the door alone, as the template says
            number += 1
            row = sound_row(source, number) | {column.name: text}
            yield {name: given for name, given in row.items() if given}
    draw = random.Random(source.source)
    for _ in range(40):
        number += 1
        row = sound_row(source, number)
        for column in source.columns:
            if column.name not in source.key and draw.random() < 0.8:
                row[column.name] = draw.choice(("", *options(column)))
        if source.withdrawn.name in row and draw.random() < 0.7:
            del row[source.withdrawn.name]
        yield {name: given for name, given in row.items() if given}
    alike, first, other = (sound_row(source, number + n) for n in (1, 2, 2))
    other[source.withdrawn.name] = "N"
    yield from (alike, alike, first, other, alike)


@pytest.fixture(scope="module")
def filled_in(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[list[Row], list[str], office.Work]]:
    """Per source that is tested: the rows that were typed, the names that were asked for and the workbook saved."""
    folder = tmp_path_factory.mktemp("typed")
    found = {}
    asked = [item.callspec.params["name"] for item in request.session.items if item.path == Path(__file__)]
    for name in asked:
        source = contract.load(name)
        rows = list(typed_rows(source))
        letters = place_of(source).letters
        cells = [
            (f"{letters[column]}{number}", text) for number, row in enumerate(rows, 2) for column, text in row.items()
        ]
        names = sorted({check.name for check in rules.checks(source) if check.formula})
        blank = write(template.blank(source, dt.date(2024, 1, 31)), folder / f"{name}.xlsx")
        saved = folder / f"{name}_2024-01-31_getypt.xlsx"
        found[name] = rows, names, office.Work(blank, cells, names, (2, len(rows) + 1), saved)
    office.do(folder, *(work for _, _, work in found.values()))
    return found


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_coloured_is_what_the_door_finds(
    name: str, filled_in: dict[str, tuple[list[Row], list[str], office.Work]], data: DataFolder
) -> None:
    rows, names, work = filled_in[name]
    assert work.save
    (entry,) = load(data, work.save).entries
    assert entry.status == "accepted", entry.message
    delivered = {r["row_number"]: r for r in rows_of(data.quarantine / name / f"{entry.delivery_id}.parquet")}
    known = {check.rule.name: check.rule.on_fail for check in rules.checks(contract.load(name)) if check.formula}
    differ = []
    for number, (row, told) in enumerate(zip(rows, work.told, strict=True), 2):
        found = {n.removeprefix("twe_regel_") for n, said in zip(names, told, strict=True) if said is True or said == 1}
        case = delivered.get(number, {"rules": [], "outcome": "warned"})
        expected = set(case["rules"]) & known.keys()
        if case["outcome"] == "quarantined":  # a warning counts only on a row that is loaded
            found = {rule for rule in found if known[rule] == "reject"}
        if any(not isinstance(said, bool | int | float) for said in told) or found != expected:
            differ.append((number, row, sorted(found), sorted(expected)))
    assert not differ, "\n".join(map(str, differ))
    assert {rule for row in delivered.values() for rule in row["rules"]} >= {
        f"invalid_{c.name}" for c in contract.load(name).columns if c.type != "text"
    }
