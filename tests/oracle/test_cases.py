"""Everyday deliveries that went wrong once, kind by kind, and the right verdict on each."""

import re
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.files import save_parquet, workbook
from tests.hostile.values import ErrorCell, Formula, Shown
from tests.oracle import deliver
from tests.oracle.door import Delivery
from tests.oracle.persons import client_key, text_key

KEY = b"geheim"
PERSON = "93051822361"
FULL_WIDTH = PERSON.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
RAISED = "\u2079\u00b3\u2070\u2075\u00b9\u2078\u00b2\u00b2\u00b3\u2076\u00b9"
BORN_LATER = "05011301329"  # the zero is lost in a number
TRAJECTORY = ["traject_id", "klant_id", "ocmw_nis", "startdatum"]
PROFILE = ["traject_id", "geslacht", "leeftijd", "werkloosheidsduur_maanden", "kortgeschoold", "migratieachtergrond"]
PAYMENT = ["betaling_id", "traject_id", "ocmw_nis", "prestatiemaand", "betaaldatum", "soort", "bedrag"]
TRANSMISSION = ["transmissie_id", "klant_id", "transmissiedatum"]
MONTH = ["nis_code", "maand", "leefloners"]


def take(folder: Path, source: str, content: str | bytes, suffix: str = "csv", label: str = "") -> Delivery:
    path = folder / f"{source}_2024-03-28{label}.{suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (delivery,) = deliver([path], KEY).deliveries
    return delivery


def verdict(delivery: Delivery) -> tuple[int, dict[tuple[str, str], int]]:
    """Rows accepted, and the reasons; of a refused file a failure."""
    assert delivery.status == "accepted", delivery.message
    return delivery.rows_accepted, delivery.reasons


def is_refused(delivery: Delivery) -> bool:
    return delivery.status == "rejected" and delivery.rows_read == 0


def lines(*rows: str, ending: str = "\r\n") -> str:
    return "".join(row + ending for row in rows)


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", "\ufeffsep=;", " sep=; "])
def test_a_first_line_that_names_the_separator(tmp_path: Path, first: str) -> None:
    delivery = take(tmp_path, "leefloners", lines(first, "nis_code;maand;leefloners", "11002;2023-01;5"))
    assert verdict(delivery) == (1, {})
    assert [row.number for row in delivery.rows] == [3]


def test_the_separator_that_is_named_holds(tmp_path: Path) -> None:
    assert is_refused(take(tmp_path, "leefloners", lines("sep=,", "nis_code;maand;leefloners", "11002;2023-01;5")))
    good = take(tmp_path, "leefloners", lines("sep=,", "nis_code,maand,leefloners", "11002,2023-01,5"))
    assert verdict(good) == (1, {})


UNCLOSED = {
    "in a column of the contract": (lines(";".join(MONTH), '11029;2023-02;"5', "11030;2023-02;6"), 2),
    "at the very end": (lines(";".join(MONTH), "11029;2023-02;5") + '11030;2023-02;"6', 3),
    "behind a line that names the separator": (lines("sep=;", ";".join(MONTH), '11029;2023-02;"5'), 3),
    "closed by a later one": (lines(";".join(MONTH), '11029;"2023-02;5', '11030;2023-02";6'), 2),
    "in a note, never closed": (lines(";".join([*MONTH, "nota"]), "11029;2023-02;5;", '11030;2023-02;6;"x'), 3),
    "in a note that swallows rows": (
        lines(";".join([*MONTH, "nota"]), "11002;2023-01;1;", '11029;2023-02;5;"lang', '11030;2023-02;6;kort"'),
        3,
    ),
    "in the header": (lines(";".join([*MONTH, '"nota']), "11002;2023-01;1;x", '11002;2023-02;1;y"'), 1),
}


@pytest.mark.parametrize("kind", UNCLOSED)
def test_a_quote_that_does_not_close_refuses_the_file(tmp_path: Path, kind: str) -> None:
    text, row = UNCLOSED[kind]
    delivery = take(tmp_path, "leefloners", text)
    assert is_refused(delivery)
    assert delivery.message.startswith(f"row {row}: ")


@pytest.mark.parametrize(
    "note", ['"een\r\ntwee"', '"een;\ntwee; drie"', '"zegt ""ja"""', 'een " in het midden', '"a;b;c;d;e"']
)
def test_a_note_may_hold_quotes_and_line_breaks(tmp_path: Path, note: str) -> None:
    text = lines(";".join([*MONTH, "nota"]), f"11002;2023-01;1;{note}", "11002;2023-02;2;")
    assert verdict(take(tmp_path, "leefloners", text)) == (2, {})


@pytest.mark.parametrize(
    "written", ["1/02/2023", "1/2/2023", "01/02/2023", "2023-02-01T00:00:00", "\u200b1/2/2023\ufeff"]
)
def test_dates_as_excel_writes_them(tmp_path: Path, written: str) -> None:
    delivery = take(tmp_path, "transmissies", lines(";".join(TRANSMISSION), f"a1;80020200280;{written}"))
    assert verdict(delivery) == (1, {})
    assert delivery.rows[0].values["transmissiedatum"] == date(2023, 2, 1)


@pytest.mark.parametrize(
    "cell", [Shown(int(BORN_LATER), "00000000000"), int(BORN_LATER), Formula("B9", int(BORN_LATER))]
)
def test_a_number_cell_has_lost_the_zero_of_an_insz(tmp_path: Path, cell: Any) -> None:
    book = workbook([TRANSMISSION, ["b2", cell, date(2023, 2, 1)], ["b3", BORN_LATER[1:], date(2023, 2, 1)]])
    delivery = take(tmp_path, "transmissies", book, "xlsx")
    assert verdict(delivery) == (1, {("invalid_klant_id", "reject"): 1})  # a text is never padded
    assert delivery.rows[0].values["client_key"] == client_key(BORN_LATER, KEY)


@pytest.mark.parametrize("kind", ["BIGINT", "DOUBLE", "DECIMAL(11,0)", "HUGEINT"])
def test_a_number_column_of_parquet_has_lost_it_too(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "transmissies_2024-03-28.parquet"
    save_parquet(path, TRANSMISSION, ["VARCHAR", kind, "DATE"], [["b2", int(BORN_LATER), date(2023, 2, 1)]])
    (delivery,) = deliver([path], KEY).deliveries
    assert verdict(delivery) == (1, {})
    assert delivery.rows[0].values["client_key"] == client_key(BORN_LATER, KEY)


@pytest.mark.parametrize("cell", [Formula("20+15"), ErrorCell("#N/A"), Formula("NA()"), ErrorCell("#REF!")])
@pytest.mark.parametrize("column", [0, 1, 2, 4])
def test_what_cannot_be_read_is_invalid_and_never_missing(tmp_path: Path, cell: Any, column: int) -> None:
    row = ["p1", "V", 35, 5, True, False]
    row[column] = cell
    delivery = take(tmp_path, "klantprofielen", workbook([PROFILE, row, ["p2", *[None] * 5]]), "xlsx")
    assert verdict(delivery) == (1, {(f"invalid_{PROFILE[column]}", "reject"): 1})


def test_formulas_with_a_result_are_their_result(tmp_path: Path) -> None:
    row = ["p1", Formula('"V"', "V"), Formula("20+15", 35), Formula('IF(1,"")', ""), Formula("1=1", True), None]
    delivery = take(tmp_path, "klantprofielen", workbook([PROFILE, row]), "xlsx")
    assert verdict(delivery) == (1, {})
    assert list(delivery.rows[0].values.values()) == ["p1", "V", 35, None, True, None]


def test_an_error_in_a_column_that_nobody_reads_does_not_matter(tmp_path: Path) -> None:
    book = workbook([[*MONTH, "nota"], ["11002", "2023-01", 5, ErrorCell("#N/A")]])
    assert verdict(take(tmp_path, "leefloners", book, "xlsx")) == (1, {})


@pytest.mark.parametrize("written", ["WAAR;ONWAAR", "waar;onwaar", "Ja;NEE", "TRUE;0"])
def test_belgian_yes_and_no(tmp_path: Path, written: str) -> None:
    delivery = take(tmp_path, "klantprofielen", lines(";".join(PROFILE), f"p2;V;35;5;{written}"))
    assert verdict(delivery) == (1, {})
    assert (delivery.rows[0].values["kortgeschoold"], delivery.rows[0].values["migratieachtergrond"]) == (True, False)


@pytest.mark.parametrize("cell", [Shown(date(2023, 1, 1), "mmm-yy"), date(2023, 1, 1), "1/2023", "01/2023", "2023-01"])
def test_a_typed_month_that_became_a_date(tmp_path: Path, cell: Any) -> None:
    rows = [["c1", "t1", 11002, cell, date(2023, 2, 1), "BETALING", 0.3]]
    delivery = take(tmp_path, "loontoelagen", workbook([PAYMENT, *rows]), "xlsx")
    assert verdict(delivery) == (1, {})
    assert delivery.rows[0].values["prestatiemaand"] == date(2023, 1, 1)


@pytest.mark.parametrize("cell", [Shown(date(2023, 1, 2), "mmm-yy"), "2023-01-01", "2023-1", "13/2023", "0/2023"])
def test_what_is_no_month(tmp_path: Path, cell: Any) -> None:
    rows = [["c1", "t1", 11002, cell, date(2023, 2, 1), "BETALING", 0.3]]
    delivery = take(tmp_path, "loontoelagen", workbook([PAYMENT, *rows]), "xlsx")
    assert verdict(delivery) == (0, {("invalid_prestatiemaand", "reject"): 1})


@pytest.mark.parametrize("far", ['<row r="1048576"><c r="XFD1048576">', '<row r="4294967295"><c r="A4294967295">'])
def test_a_cell_far_away_refuses_the_file(tmp_path: Path, far: str) -> None:
    target = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(workbook([MONTH, ["11002", "2023-05", 3]]))) as good,
        zipfile.ZipFile(target, "w") as bad,
    ):
        for name in good.namelist():
            text = good.read(name)
            if name.endswith("sheet1.xml"):
                text = re.sub(rb"</sheetData>", f"{far}<v>1</v></c></row></sheetData>".encode(), text)
            bad.writestr(name, text)
    assert is_refused(take(tmp_path, "leefloners", target.getvalue(), "xlsx"))


def test_without_a_header_the_file_is_refused_and_nothing_told(tmp_path: Path) -> None:
    delivery = take(tmp_path, "trajecten", lines(f"N2;{PERSON};11002;2023-01-01;x", f"N3;{PERSON};11002;2023-02-01;x"))
    assert is_refused(delivery)
    assert not re.search("[0-9]", delivery.message)


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        ("csv", lines("\t".join(MONTH), "11002\t2023-01\t5")),
        ("csv", lines("|".join(MONTH), "11002|2023-01|5")),
        ("csv", lines("Leefloners 2023", "", ";".join(MONTH), "11002;2023-01;5")),
        ("csv", "<html><table><tr><td>nis_code</td></tr></table></html>"),
        ("xlsx", "<html><table><tr><td>nis_code</td></tr></table></html>"),
        ("xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)),
        ("xlsx", workbook([["Leefloners"], [], MONTH, ["11002", "2023-01", 5]])),
        ("xlsx", workbook([["Lees mij"]], [MONTH, ["11002", "2023-01", 5]])),
    ],
)
def test_a_header_elsewhere_refuses_the_file(tmp_path: Path, suffix: str, content: str | bytes) -> None:
    assert is_refused(take(tmp_path, "leefloners", content, suffix))


@pytest.mark.parametrize(
    "written", [PERSON, "93.05.18-223.61", "930518 223 61", FULL_WIDTH, RAISED, "93/05/18-223\u00a061"]
)
def test_a_person_number_as_key_is_replaced_alike_everywhere(tmp_path: Path, written: str) -> None:
    of = take(tmp_path, "trajecten", lines(";".join(TRAJECTORY), f"{PERSON};{PERSON};11002;2023-01-01"))
    profile = take(tmp_path, "klantprofielen", lines("traject_id;geslacht", f"{written};V"))
    assert verdict(of) == verdict(profile) == (1, {("person_number_as_key", "warn"): 1})
    assert of.rows[0].values["traject_id"] == profile.rows[0].values["traject_id"] == client_key(PERSON, KEY)[:32]


@pytest.mark.parametrize("written", ["93051822362", "93131822320", "9305182236"])
def test_what_is_no_person_number_stays(tmp_path: Path, written: str) -> None:
    delivery = take(tmp_path, "klantprofielen", lines("traject_id;geslacht", f"{written};V"))
    assert verdict(delivery) == (1, {})
    assert delivery.rows[0].values["traject_id"] == written


@pytest.mark.parametrize("written", [f"T-{PERSON}", f"1{PERSON}", f"{PERSON}/2023"])
def test_a_key_that_holds_a_person_number_among_other_signs_is_replaced_whole(tmp_path: Path, written: str) -> None:
    delivery = take(tmp_path, "klantprofielen", lines("traject_id;geslacht", f"{written};V"))
    assert verdict(delivery) == (1, {})
    assert delivery.rows[0].values["traject_id"] == text_key(written, KEY)


@pytest.mark.parametrize("label", [PERSON, f"OCMW-{PERSON}", f"{PERSON}-b", "93-05-18-223-61", f"2024-{PERSON}"])
def test_a_label_that_holds_a_person_number_refuses_the_file(tmp_path: Path, label: str) -> None:
    delivery = take(tmp_path, "leefloners", lines(";".join(MONTH), "11002;2023-01;5"), label=f"_{label}")
    assert is_refused(delivery)
    assert "93*********" in delivery.file_name and "2236" not in delivery.file_name


@pytest.mark.parametrize("label", ["93051822362", f"{PERSON}0", "2024-03-28-001"])
def test_other_labels_of_digits_are_free(tmp_path: Path, label: str) -> None:
    delivery = take(tmp_path, "leefloners", lines(";".join(MONTH), "11002;2023-01;5"), label=f"_{label}")
    assert verdict(delivery) == (1, {})
    assert label in delivery.file_name


@pytest.mark.parametrize("kind", ["VARCHAR[]", "STRUCT(id VARCHAR)", "MAP(VARCHAR, INTEGER)", "INTEGER[1]"])
def test_nested_columns_of_parquet_refuse_the_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "transmissies_2024-03-28.parquet"
    value: Any = {"S": {"id": "x"}, "M": {"x": 1}}.get(kind[0], [1])
    save_parquet(path, TRANSMISSION, [kind, "VARCHAR", "DATE"], [[value, PERSON, date(2023, 2, 1)]])
    (delivery,) = deliver([path], KEY).deliveries
    assert is_refused(delivery)
