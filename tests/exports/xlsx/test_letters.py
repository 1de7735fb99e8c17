"""How wide headers are, and where they are broken."""

from __future__ import annotations

import pytest

from exports.xlsx.paper.letters import longest_word, text_width, unbroken, wrapped


def test_narrow_letters_take_less_room_than_broad_ones():
    assert text_width("illil") < text_width("aaaaa") < text_width("MWMWM")
    assert text_width("\N{SNOWMAN}") >= text_width("W"), "a letter that isn't known is taken for the broadest"


def test_a_digit_takes_about_what_columns_are_measured_in():
    assert text_width("0" * 100) == pytest.approx(95, abs=2)  # bold and of 9 points, against 10 points


def test_a_column_is_as_wide_as_its_longest_word():
    header = "Ziekte, pensioen of werkzoekend"
    assert wrapped(header, longest_word(header)) == ["Ziekte,", "pensioen of", "werkzoekend"]
    assert longest_word("Sint-Niklaas") < longest_word("SintNiklaas")
    assert longest_word("2020-2023") > text_width("2020-2023"), "a period is one word"
    assert wrapped("in 2020-2023, sociale-economiebedrijf", 1) == ["in", "2020-2023,", "sociale-", "economiebedrijf"]


def test_a_reference_to_a_note_is_not_broken():
    header = "Competentie: opleiding [nota 3]"
    assert wrapped(header, text_width("opleiding [nota") + 1.2) == ["Competentie:", "opleiding", "[nota 3]"]
    assert unbroken(header).split(" ") == ["Competentie:", "opleiding", "[nota\u00a03]"]
