"""Every spelling of a value that the contract names, what is none of them, and keys that are one by their value."""

from datetime import date
from pathlib import Path

import pytest

from tests.oracle import deliver, persons, values
from tests.oracle.door import Delivery
from tests.oracle.geography import load
from tests.oracle.rules import check
from tests.oracle.sources import SOURCES, Column

KEY = b"geheim"
DAY = date(2024, 3, 28)
PERSON, DOTTED = "93051822361", "93.05.18-223.61"
OTHER = "80020200280"


def with_checksum(nine: str, century: str = "") -> str:
    return f"{nine}{97 - int(century + nine) % 97:02d}"


GOOD = {
    "date": {
        "2023-02-01": "2023-02-01", "1/2/2023": "2023-02-01", "01/2/2023": "2023-02-01", "31/12/2023": "2023-12-31",
        "2023-02-01 00:00:00": "2023-02-01", "2023-02-01T00:00:00": "2023-02-01", "1/02/2023 00:00:00": "2023-02-01",
        "1/02/2023 0:00": "2023-02-01",
    },
    "month": {"2023-02": "2023-02-01", "02/2023": "2023-02-01", "2/2023": "2023-02-01", "12/2023": "2023-12-01"},
}  # fmt: skip
BAD = {
    "date": (
        "2023-2-1", "1/2/23", "001/2/2023", "1-2-2023", "1.2.2023", "31/2/2023", "2023-02-01 00:00:01", "20230201",
        "2023-02-01 12:00:00", "2023-02-01T00:00:00Z", "2023-02", "1/1/2023 1:00", "0/1/2023",
    ),
    "month": ("2023-2", "2023-02-01", "2/23", "13/2023", "0/2023", "2023/02", "1/2/2023", "2023-02 00:00:00"),
    "yesno": ("yes", "w", "onwaar!", "2", "vrai"),
    "amount": ("1.000,00", "1 000", "12.345", "12.", ".5", "1e3"),
    "integer": ("-1", "3.0", "1 000", "\uff13"),
    "insz": (f"-{PERSON}", f"{PERSON}.", "93051822362", "9305182236", "93_05_18_223_61", f"{PERSON}0"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in GOOD.items() for text in texts])
def test_spellings_of_a_day_and_a_month(kind: str, text: str) -> None:
    assert values.parse(Column("x", kind), text, load()) == date.fromisoformat(GOOD[kind][text])


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in BAD.items() for text in texts])
def test_what_is_no_value(kind: str, text: str) -> None:
    with pytest.raises(ValueError):
        values.parse(Column("x", kind), text, load())


@pytest.mark.parametrize("text", [DOTTED, "93 05 18 223 61", "93/05/18\u00a0-\u200b22361", "9-3-0-5-1-8-2-2-3-6-1"])
def test_spellings_of_a_person_number(text: str) -> None:
    assert values.parse_insz(text) == PERSON
    assert persons.by_form(f" .{text}-") == PERSON


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0", "\u202f", "\u200b", "\u200c", "\u200e", "\u2060", "\ufeff"])
def test_blanks_around_a_value(blank: str) -> None:
    assert values.trim(f"{blank} a{blank}b {blank}") == f"a{blank}b"


@pytest.mark.parametrize(
    ("nine", "century", "is_implausible"),
    [
        ("930518223", "", False),
        ("932518223", "", False),
        ("934518223", "", False),
        ("931318223", "", True),  # month 13
        ("931918223", "", True),
        ("933318223", "", True),
        ("935318223", "", True),
        ("930000223", "", False),  # day and month unknown
        ("932000223", "", False),
        ("930018223", "", False),
        ("930032223", "", True),
        ("930231223", "", True),  # 31 February
        ("920229223", "", False),
        ("930229223", "", True),
        ("000229223", "", True),  # 1900 had no 29 February, 2000 did
        ("000229223", "2", False),
        ("240328223", "2", False),  # born on the day of delivery
        ("240329223", "2", True),
        ("240400223", "2", True),
        ("240300223", "2", False),  # some day of March 2024
        ("240000223", "2", False),
        ("250000223", "2", True),
        ("240329223", "", False),  # 1924
    ],
)
def test_a_birth_that_cannot_be(nine: str, century: str, is_implausible: bool) -> None:
    digits = with_checksum(nine, century)
    row = {"oude_insz": digits, "nieuwe_insz": OTHER, "ingangsdatum": "2024-01-01", "verwijderd": ""}
    checked = check(SOURCES["insz_wijzigingen"], row, DAY, load(), KEY)
    assert checked.rejects == set()
    assert checked.warns == ({"implausible_oude_insz"} if is_implausible else set())
    turned = row | {"oude_insz": OTHER, "nieuwe_insz": digits}
    warned = check(SOURCES["insz_wijzigingen"], turned, DAY, load(), KEY).warns
    assert warned == ({"implausible_nieuwe_insz"} if is_implausible else set())


def take(folder: Path, source: str, *rows: str) -> Delivery:
    path = folder / f"{source}_{DAY}.csv"
    path.write_text("".join(row + "\n" for row in rows), encoding="utf-8")
    (delivery,) = deliver([path], KEY).deliveries
    return delivery


def test_changes_of_a_number(tmp_path: Path) -> None:
    rows = [f"{PERSON};{OTHER};1/2/2023;", f"{OTHER};80.02.02-002.80;2023-02-01;", f"{PERSON[:-1]};;2023-02-30;"]
    gone = f"{with_checksum('720101223')};;;ja"
    delivery = take(tmp_path, "insz_wijzigingen", "oude_insz;nieuwe_insz;ingangsdatum;verwijderd", *rows, gone)
    assert delivery.quarantined == {
        3: {"same_number"},
        4: {"invalid_oude_insz", "missing_nieuwe_insz", "invalid_ingangsdatum"},
    }
    first, second = delivery.rows
    assert first.values == {
        "oude_insz_key": persons.client_key(PERSON, KEY),
        "nieuwe_insz_key": persons.client_key(OTHER, KEY),
        "ingangsdatum": date(2023, 2, 1),
    }
    assert second.verwijderd and second.values["nieuwe_insz_key"] is None


@pytest.mark.parametrize(
    ("source", "header", "rows", "broken"),
    [
        (
            "leefloners",
            "nis_code;maand;leefloners",
            ["11002;2023-01;5", "11002;01/2023;5", "11002;1/2023;5", "11002;2023-02;5", "21004;1/2023;5"],
            {3: {"duplicate_row"}, 4: {"duplicate_row"}, 6: {"invalid_nis_code"}},
        ),
        (
            "leefloners",
            "nis_code;maand;leefloners",
            ["11002;2023-01;5", "11002;1/2023;05", "11002;2023-13;5", "11002;13/2023;5", "11002;2023-13;6"],
            {
                2: {"conflicting_key"},
                3: {"conflicting_key"},  # the rest by its text: 05 is not 5
                4: {"invalid_maand", "conflicting_key"},
                5: {"invalid_maand"},  # what cannot be read is compared as it stands
                6: {"invalid_maand", "conflicting_key"},
            },
        ),
        (
            "insz_wijzigingen",
            "oude_insz;nieuwe_insz;ingangsdatum",
            [f"{PERSON};{OTHER};2023-01-01", f"{DOTTED};{OTHER};2023-01-01", f"{DOTTED};80.02.02 002 80;2023-01-01"],
            {2: {"conflicting_key"}, 3: {"conflicting_key"}, 4: {"conflicting_key"}},
        ),
        (
            "klantprofielen",
            "traject_id;geslacht",
            [f"{PERSON};V", f"{DOTTED};V", "a;V", "A;V"],
            {3: {"duplicate_row"}},
        ),
    ],
)
def test_keys_are_compared_by_their_value(
    tmp_path: Path, source: str, header: str, rows: list[str], broken: dict[int, set[str]]
) -> None:
    assert take(tmp_path, source, header, *rows).quarantined == broken


def test_a_withdrawal_finds_a_person_number_as_key(tmp_path: Path) -> None:
    delivery = take(tmp_path, "klantprofielen", "traject_id;geslacht;verwijderd", f"{DOTTED};onzin;J")
    (row,) = delivery.rows
    assert row.values == dict.fromkeys(row.values) | {"traject_id": persons.client_key(PERSON, KEY)[:32]}
    assert row.warns == {"person_number_as_key"}


def test_a_person_number_as_reference(tmp_path: Path) -> None:
    header = "tewerkstelling_id;traject_id;startdatum"
    delivery = take(tmp_path, "art60_tewerkstellingen", header, f"w1;{DOTTED};2023-01-01", f"{PERSON};t;2023-01-01")
    assert delivery.reasons == {("person_number_as_key", "warn"): 2}
    assert [row.values["traject_id"] for row in delivery.rows] == [persons.client_key(PERSON, KEY)[:32], "t"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("zie 93.05.18-223.61, ook", "zie 93*********, ook"),
        ("93051822361 en 93051822361", "93********* en 93*********"),
        ("x93051822361y", "x93*********y"),
        ("12 93051822361", "12 93*********"),
        ("93051822362", "93051822362"),
        ("930518223610", "930518223610"),
    ],
)
def test_person_numbers_inside_a_text(text: str, masked: str) -> None:
    assert persons.masked(text) == masked
