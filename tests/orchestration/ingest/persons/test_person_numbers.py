"""A person number is known by its form, and nothing that is kept or shown holds one, whoever wrote it and how."""

import datetime as dt
import re
import unicodedata

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.ingest.persons.person_numbers import (
    birth,
    holds_one,
    masked,
    masked_fields,
    masked_row,
    person_number,
)
from orchestration.ingest.persons.pseudonym import create_insz_macros
from tests.support.deliveries import INSZ

FULL_WIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")
ARABIC = str.maketrans("0123456789", "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669")

# text -> (the number that it is, the text as it is kept)
TEXTS: dict[str, tuple[str | None, str]] = {
    "93051822361": ("93051822361", "93*********"),
    "93.05.18-223.61": ("93051822361", "93*********"),
    "93/05/18 223 61": ("93051822361", "93*********"),
    "93\u200b05\u00a018\ufeff22361": ("93051822361", "93*********"),
    "93051822361".translate(FULL_WIDTH): ("93051822361", "93*********"),
    "93.05.18-223.61".translate(ARABIC): ("93051822361", "93*********"),
    "93051\U0001d7d6\u00b22361".replace("\u00b2", "\u00b2" * 2).replace("2361", "361"): ("93051822361", "93*********"),
    "05030145657": ("05030145657", "05*********"),
    "85210112333": ("85210112333", "85*********"),
    "zie 93.05.18-223.61": (None, "zie 93*********"),
    "zie 93.05.18-223.61!".translate(FULL_WIDTH): (None, "zie 93*********!"),
    "T93051822361x": (None, "T93*********x"),
    "0093051822361x": (None, "0093*********x"),
    "93_05_18_223_61": (None, "93*********"),
    "93,05;18|223:61": (None, "93*********"),
    "93051822361 en 05030145657": (None, "93********* en 05*********"),
    "93\u201305\u201318\u2013223\u201361": (None, "93*********"),
    "93051822360": (None, "93051822360"),  # no right checksum
    "9305182236": (None, "9305182236"),
    "93131822362": (None, "93131822362"),
    "2024-01-31 2024-02-29": (None, "2024-01-31 2024-02-29"),
    "T1": (None, "T1"),
    "": (None, ""),
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_person_number_is_known_by_its_form_and_masked_wherever_it_stands(text: str) -> None:
    assert (person_number(text), masked(text)) == TEXTS[text]


@pytest.mark.parametrize("text", TEXTS)
def test_the_database_lets_no_text_go_by_that_holds_one(text: str) -> None:
    with duckdb.connect() as con:
        create_insz_macros(con)
        ((suspect,),) = con.execute("select may_hold_insz(?)", [text]).fetchall()
    assert suspect or masked(text) == text


@given(st.text(alphabet="0123456789 ./-_|\u00a0\u200b\uff11\u0661aZ", max_size=30))
def test_what_is_or_holds_a_number_is_masked_and_the_mask_holds_none(text: str) -> None:
    text = f"{text}{INSZ[0]}"
    assert holds_one(text) and masked(text) != text
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else " " for c in masked(text))
    assert INSZ[0] not in re.sub("[^0-9]", "", digits)


def test_a_number_of_a_right_checksum_but_of_no_birth_is_none_by_its_form_and_masked_all_the_same() -> None:
    text = "931318223" + f"{97 - 931318223 % 97:02d}"
    assert (person_number(text), holds_one(text), masked(text)) == (None, False, "93*********")


@pytest.mark.parametrize(
    ("digits", "day"),
    [
        ("93051822361", dt.date(1993, 5, 18)),
        ("05030145657", dt.date(2005, 3, 1)),
        ("85210112333", dt.date(1985, 1, 1)),
        ("72450199823", dt.date(1972, 5, 1)),
        ("00000000097", dt.date(1900, 1, 1)),
    ],
)
def test_the_birth_is_of_the_century_that_the_checksum_says(digits: str, day: dt.date) -> None:
    assert birth(digits) == day


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["930518", "22361", None], ["93****", "*****", ""]),
        (["93.05.18", "223.61", "x"], ["93****", "*****", "x"]),
        (["X6", "93051822362", "2024-01-02"], ["X6", "93*********", "2024-01-02"]),  # a slip in the klant_id
        (["Jan 93.05.18-223.61 Gent", "0123456789"], ["Jan 93********* Gent", "0123456789"]),
        (["93051822361".translate(FULL_WIDTH), "a\x1fb"], ["93*********", "a b"]),
        (["T1", "11002"], ["T1", "11002"]),
    ],
)
def test_the_fields_of_a_row_are_masked_together(given: list[str | None], kept: list[str]) -> None:
    assert masked_row(given) == kept
    assert masked_fields(given) == " | ".join(kept)
