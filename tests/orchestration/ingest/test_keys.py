"""Rows that share a key are told apart; a person number as key is replaced, and one that nobody can have is told."""

import datetime as dt
import re

import pytest

from expectations import contract
from orchestration.ingest import parsing, storage
from orchestration.ingest.persons.pseudonym import client_key
from orchestration.ingest.readers import UNREADABLE
from tests.support.deliveries import INSZ, KEY, batch, door_database, parsed

JAN_2 = dt.date(2024, 1, 2)


def changes() -> contract.SourceContract:
    """A source with two INSZ columns, one of them its key."""
    columns = tuple(contract.Column(name, "insz", required=True) for name in ("oude_insz", "nieuwe_insz"))
    withdrawn = contract.Column("verwijderd", "yesno")
    return contract.SourceContract("proef", "Proef", "", ("oude_insz",), (*columns, withdrawn), {}, (), version="1")


def test_a_source_may_have_several_insz_and_one_may_be_its_key() -> None:
    with door_database(changes()) as con:
        written = [[2, INSZ[0], INSZ[1]], [3, INSZ[1], "93.05.18-223.61"], [4, "fout", None]]
        con.executemany("insert into raw values (0, ?, false, null, ?, ?, null)", written)
        parsing.create_batch(con, changes(), {0: JAN_2}, KEY)
        rows = con.execute("select oude_insz, nieuwe_insz, oude_insz__text, nieuwe_insz__text from batch order by _row")
        first, second = client_key(INSZ[0], KEY), client_key(INSZ[1], KEY)
        assert rows.fetchall() == [
            (first, second, "93*********", "05*********"),
            (second, first, "05*********", "93*********"),
            (None, None, "*********", None),
        ]


def test_the_first_of_rows_that_are_alike_is_kept() -> None:
    assert batch(
        "transmissies",
        """
        _delivery | _row | _malformed | transmissie_id | klant_id | transmissiedatum | verwijderd
        0         | 2    | false      | a              | k        | d                |
        0         | 3    | false      | b              | k        | d                |
        0         | 4    | false      | a              | k        | d                |
        0         | 5    | false      | a              | k        | d                |
    """,
        "_row, _repeat",
    ) == [(2, None), (3, None), (4, "duplicate_row"), (5, "duplicate_row")]


@pytest.mark.parametrize("other", ["anders | d |", "k | d | J", "k | |", "K | d |"])
def test_rows_of_one_key_that_differ_anywhere_all_conflict(other: str) -> None:
    assert (
        batch(
            "transmissies",
            f"""
        _delivery | _row | _malformed | transmissie_id | klant_id | transmissiedatum | verwijderd
        0         | 2    | false      | a              | k        | d                |
        0         | 3    | false      | a              | {other}
        0         | 4    | false      | a              | k        | d                |
    """,
            "_repeat",
        )
        == [("conflicting_key",)] * 3
    )


def test_the_case_of_a_key_counts() -> None:
    assert batch(
        "transmissies",
        """
        _delivery | _row | _malformed | transmissie_id | klant_id
        0         | 2    | false      | a              | k
        0         | 3    | false      | A              | anders
    """,
        "_repeat",
    ) == [(None,), (None,)]


def test_rows_of_different_deliveries_are_not_compared() -> None:
    assert batch(
        "transmissies",
        """
        _delivery | _row | _malformed | transmissie_id | klant_id
        0         | 2    | false      | a              | k
        1         | 2    | false      | a              | anders
    """,
        "_repeat",
    ) == [(None,), (None,)]


def test_rows_without_a_complete_key_are_not_compared() -> None:
    assert (
        batch(
            "leefloners",
            """
        _delivery | _row | _malformed | nis_code | maand | leefloners
        0         | 2    | false      | 11002    |       | 1
        0         | 3    | false      | 11002    |       | 1
        0         | 4    | true       |          |       |
        0         | 5    | true       |          |       |
    """,
            "_repeat",
        )
        == [(None,)] * 4
    )


@pytest.mark.parametrize(
    ("months", "found"),
    [
        (("2024-01", "01/2024", "1/2024"), (None, "duplicate_row", "duplicate_row")),
        (("2024-01", "1/2024", "2024-02"), (None, "duplicate_row", None)),
        (("2024-13", "13/2024", "2024-13"), (None, None, "duplicate_row")),  # what can't be read is compared as text
        (("2024-01-01", "2024-01", UNREADABLE + "2024-01"), (None, None, None)),
    ],
)
def test_a_key_is_compared_by_its_value_where_it_can_be_read(months: tuple[str, ...], found: tuple[str, ...]) -> None:
    head = "_delivery | _row | _malformed | nis_code | maand | leefloners"
    rows = [f"0 | {row} | false | 11002 | {month} | 5" for row, month in enumerate(months, 2)]
    assert batch("leefloners", "\n".join([head, *rows]), "_repeat") == [(each,) for each in found]


def test_what_is_no_key_is_compared_as_text() -> None:
    assert (
        batch(
            "leefloners",
            """
        _delivery | _row | _malformed | nis_code | maand   | leefloners
        0         | 2    | false      | 11002    | 2024-01 | 5
        0         | 3    | false      | 11002    | 01/2024 | 05
    """,
            "_repeat",
        )
        == [("conflicting_key",)] * 2
    )


def test_an_insz_as_key_is_one_however_it_is_written() -> None:
    with door_database(changes()) as con:
        written = [[2, INSZ[0]], [3, "93.05.18-223.61"], [4, INSZ[1]], [5, "fout"], [6, "fout"], [7, "f out"]]
        con.executemany(f"insert into raw values (0, ?, false, null, ?, '{INSZ[2]}', null)", written)
        parsing.create_batch(con, changes(), {0: JAN_2}, KEY)
        found = [repeat for (repeat,) in con.execute("select _repeat from batch order by _row").fetchall()]
        assert found == [None, "duplicate_row", None, None, "duplicate_row", None]


def test_a_key_of_two_columns_needs_both_to_repeat() -> None:
    assert batch(
        "leefloners",
        """
        _delivery | _row | _malformed | nis_code | maand   | leefloners
        0         | 2    | false      | 11002    | 2024-01 | 1
        0         | 3    | false      | 11002    | 2024-02 | 1
        0         | 4    | false      | 44021    | 2024-01 | 1
        0         | 5    | false      | 11002    | 2024-01 | 2
    """,
        "_repeat",
    ) == [("conflicting_key",), (None,), (None,), ("conflicting_key",)]


def test_of_an_insz_as_key_the_quarantine_keeps_the_pseudonym() -> None:
    with door_database(changes()) as con:
        con.execute(f"insert into raw values (0, 2, false, null, '{INSZ[0]}', 'fout', null)")
        parsing.create_batch(con, changes(), {0: JAN_2}, KEY)
        con.execute("create table broken as select 1 as _id, 'invalid_nieuwe_insz' as rule, 'reject' as on_fail")
        storage.create_marked(con, changes(), KEY)
        kept = con.execute("select oude_insz, oude_insz_key, nieuwe_insz from marked").fetchall()
        assert kept == [("93*********", client_key(INSZ[0], KEY), "*********")]
        assert "nieuwe_insz_key" not in [name for name, *_ in con.execute("describe marked").fetchall()]


# --- person numbers -------------------------------------------------------------------------------------------------

SHORT = client_key(INSZ[0], KEY)[:32]


def test_a_person_number_as_identification_is_replaced_alike_in_every_source() -> None:
    rows = f"""
        _delivery | _row | _malformed | traject_id      | verwijderd
        0         | 2    | false      | {INSZ[0]}       |
        0         | 3    | false      | T1              |
        1         | 2    | false      | 93.05.18-223.61 | J
    """
    for source in ("trajecten", "klantprofielen"):
        found = batch(source, rows, "traject_id, traject_id__text, _person_number, _shape")
        assert found == [
            (SHORT, SHORT, True, "row"),
            ("T1", "T1", None, "row"),
            (SHORT, SHORT, True, "withdrawal"),
        ]


def test_of_a_withdrawal_only_the_key_is_told() -> None:
    rows = f"""
        _delivery | _row | _malformed | betaling_id | traject_id | verwijderd
        0         | 2    | false      | B1          | {INSZ[0]}  | J
        0         | 3    | false      | B2          | {INSZ[0]}  | N
        0         | 4    | false      | {INSZ[0]}   | T1         | J
    """
    assert batch("loontoelagen", rows, "_person_number") == [(None,), (True,), (True,)]


def test_two_spellings_of_a_person_number_are_one_key_but_two_texts_elsewhere() -> None:
    assert batch(
        "loontoelagen",
        f"""
        _delivery | _row | _malformed | betaling_id     | traject_id
        0         | 2    | false      | {INSZ[0]}       | T1
        0         | 3    | false      | 93.05.18-223.61 | T1
        0         | 4    | false      | B2              | {INSZ[0]}
        0         | 5    | false      | B2              | 93.05.18-223.61
    """,
        "_repeat, traject_id",
    ) == [(None, "T1"), ("duplicate_row", "T1"), ("conflicting_key", SHORT), ("conflicting_key", SHORT)]


def test_a_text_around_a_person_number_becomes_a_pseudonym_of_its_own() -> None:
    found = batch(
        "klantprofielen",
        f"""
        _delivery | _row | _malformed | traject_id
        0         | 2    | false      | zie {INSZ[0]}
        0         | 3    | false      | zie 93.05.18-223.61
        1         | 2    | false      | zie {INSZ[0]}
        1         | 3    | false      | zie 93051822362
    """,
        "traject_id, _person_number, _repeat",
    )
    first, second, again, wrong = (id_ for id_, *_ in found)
    assert first == again != second and wrong == "zie 93051822362"
    assert all(re.fullmatch("[0-9a-f]{32}", id_) and id_ != SHORT for id_ in (first, second))
    assert {tuple(rest) for _, *rest in found} == {(None, None)}


def test_in_a_text_that_identifies_nothing_an_insz_is_masked() -> None:
    assert parsed("text", [INSZ[0], "zie 93.05.18-223.61", "T1"]) == ["93*********", "zie 93*********", "T1"]


def checked(nine: str, century: int = 1900) -> str:
    """Nine digits with their check digits."""
    return f"{nine}{97 - int(('2' if century == 2000 else '') + nine) % 97:02d}"


@pytest.mark.parametrize(
    ("digits", "day", "found"),
    [
        ("93051822361", JAN_2, None),
        ("05030145657", JAN_2, None),
        ("85210112333", JAN_2, None),  # bis numbers
        ("72450199823", JAN_2, None),
        (checked("930018223"), JAN_2, None),  # nobody knows the month
        (checked("930500223"), JAN_2, None),  # nor the day
        (checked("931318223"), JAN_2, True),
        (checked("933318223"), JAN_2, True),
        (checked("936018223"), JAN_2, True),
        (checked("930431223"), JAN_2, True),
        (checked("930229223"), JAN_2, True),
        (checked("920229223"), JAN_2, None),
        (checked("240102223", 2000), JAN_2, None),
        (checked("240103223", 2000), JAN_2, True),  # born after the delivery
        (checked("240103223"), JAN_2, None),  # born in 1924
        ("fout", JAN_2, None),
    ],
)
def test_an_insz_that_nobody_can_have_is_told(digits: str, day: dt.date, found: bool | None) -> None:
    rows = f"_delivery | _row | _malformed | transmissie_id | klant_id\n0 | 2 | false | X | {digits}"
    assert batch("transmissies", rows, "klant_id__implausible", {0: day}) == [(found,)]
