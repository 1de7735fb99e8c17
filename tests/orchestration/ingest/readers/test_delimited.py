"""CSV becomes rows of text, whatever its encoding, separator, quotes and line ends; each row keeps its number."""

import csv
import io
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations import contract
from orchestration.ingest.inbox import DeliveryError
from orchestration.ingest.readers import delimited, encoding, table
from tests.orchestration.ingest.readers.reading import HEADER, read, refusal, refused
from tests.support.deliveries import door_database, one_column


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_is_utf8_or_windows_1252(name: str, tmp_path: Path) -> None:
    assert read(tmp_path, (HEADER + "café €;k;d\n").encode(name)) == [(2, "café €", "k", "d")]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_a_file_without_a_byte_is_said_to_be_empty(suffix: str, tmp_path: Path) -> None:
    assert refused(tmp_path, "", suffix) == "is empty (0 bytes), perhaps half copied; copy it whole"


def test_bytes_that_are_neither_refuse_the_file(tmp_path: Path) -> None:
    assert "neither UTF-8 nor Windows-1252" in refused(tmp_path, HEADER.encode() + b"\x81\xe9;k;d\n")


def test_a_file_that_says_it_is_utf_8_is_not_read_as_something_else(tmp_path: Path) -> None:
    """One wrong byte would otherwise make other letters of all the others, and of the mark a part of the header."""
    content = (HEADER + "café;k;d\n").encode("utf-8-sig") + b"\xe9;k;d\n"
    assert "neither UTF-8 nor Windows-1252" in refused(tmp_path, content)
    assert "neither UTF-8 nor Windows-1252" in refused(tmp_path, content.replace(b"transm", b"x;transm", 1))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf_16_is_refused(encoding: str, tmp_path: Path) -> None:
    assert refused(tmp_path, (HEADER + "a;k;d\n").encode(encoding))


@pytest.mark.parametrize("separator", [";", ","])
def test_the_separator_is_the_one_that_finds_the_columns(separator: str, tmp_path: Path) -> None:
    content = (HEADER + "a;k;d\n").replace(";", separator)
    assert read(tmp_path, content) == [(2, "a", "k", "d")]


def test_the_other_separator_is_just_a_character(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + "a,b;k;d\n") == [(2, "a,b", "k", "d")]
    assert read(tmp_path, HEADER.replace(";", ",") + "a;b,k,d\n") == [(2, "a;b", "k", "d")]


def test_an_extra_column_with_the_other_separator_does_not_mislead(tmp_path: Path) -> None:
    content = "x,transmissie_id;transmissie_id;klant_id;transmissiedatum\ne;a;k;d\n"
    assert read(tmp_path, content) == [(2, "a", "k", "d")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_any_line_end_and_none_at_the_end(ending: str, last: str, tmp_path: Path) -> None:
    content = (HEADER + "a;k;d\nb;k;d").replace("\n", ending) + (ending if last else "")
    assert read(tmp_path, content.encode()) == [(2, "a", "k", "d"), (3, "b", "k", "d")]


def test_quoted_fields_hold_separators_and_quotes(tmp_path: Path) -> None:
    content = HEADER + '"a;1";"zegt ""ja""";"d"\nc;k;d\n'
    assert read(tmp_path, content) == [(2, "a;1", 'zegt "ja"', "d"), (3, "c", "k", "d")]


NOTED = HEADER.replace("\n", ";nota\n")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_an_extra_column_may_hold_line_breaks_and_the_record_is_one_row(ending: str, tmp_path: Path) -> None:
    content = NOTED + 'a;k;d;"regel 1\n""2""; met één teken\n"\nb;k;d;"x"\n'
    assert read(tmp_path, content.replace("\n", ending)) == [(2, "a", "k", "d"), (3, "b", "k", "d")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("content", "row"),
    [
        (HEADER + 'a;k;d\nb;k;"d\nc;k;d\n', 3),  # never closed
        (HEADER + 'a;k;d\nb;k;"d', 3),
        (HEADER + 'a;k;d\nb;k;d\n"', 4),
        (HEADER + 'a;k;"d\nb;k;d\nc;k;d"\n', 2),  # closed by a quote further down
        (HEADER.replace("klant_id", '"\nklant_id"') + "a;k;d\n", 1),  # no column of a contract holds a line break
        (HEADER + 'a;"k\nl";d\n', 2),
        (HEADER + 'a;"k ""l"" \n";d\n', 2),
        (HEADER + '"a\nb";k\n', 2),  # the row lacks a field besides
        (NOTED + 'a;k;d;"lange\nb;k;d;\nc;k;d;tekst"\nd;k;d;\n', 2),
        (NOTED + 'a;k;d;\nb;k;d;"lange\nnota', 3),
        ("nota;" + HEADER + 'a;b;k;d\n"lange;a;k;d\ntekst";b;k;d\n', 3),
        ("nota;" + HEADER + '"lange;a;k;d\nkort;b;k;d\ntekst;c;k";d\n', 2),
        # Only the two together show that the note is none.
        ("transmissie_id;nota;klant_id;transmissiedatum\n" + 'a;"lange;k;d\nb;tekst";k;d\n', 2),
        ("sep=;\n" + HEADER + 'a;k;d\nb;k;"d\n', 4),
        (HEADER + 'a;k;d;e;"f\nb;k;d;"\n', 2),  # beyond the columns of the header
        ('transmissie_id;"klant_id\na;k;d\n', 1),
        ('"transmissie_id;klant_id;transmissiedatum\na;k;d\n', 1),
    ],
)
def test_a_quote_that_is_not_closed_refuses_the_file_and_names_its_row(
    content: str, row: int, ending: str, tmp_path: Path
) -> None:
    assert f'has a quote (") in row {row} that is not closed' in refused(tmp_path, content.replace("\n", ending))


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "\u00a0sep=; ", "\ufeffsep=;", "sep=;\r"])
def test_a_first_line_names_the_separator_and_counts_as_a_row(first: str, tmp_path: Path) -> None:
    assert read(tmp_path, f"{first}\n{HEADER}a,b;k;d\n") == [(3, "a,b", "k", "d")]
    assert read(tmp_path, f'{first}\n{HEADER}"a";k;d\n') == [(3, "a", "k", "d")]


def test_the_separator_that_is_named_is_the_one(tmp_path: Path) -> None:
    comma = (HEADER + "a;k;d\n").replace(";", ",")
    assert read(tmp_path, "sep=,\n" + comma) == [(3, "a", "k", "d")]
    said = refused(tmp_path, "sep=;\n" + comma)
    assert said.startswith("lacks the required column(s)") and "the separator is a comma" in said
    assert "the separator is a tab" in refused(tmp_path, "sep=\t\n" + comma)


def test_what_to_do_about_a_header_holds_below_a_line_that_names_the_separator_too(tmp_path: Path) -> None:
    told = refusal(tmp_path, "sep=;\nx;y\n1;2\n")
    assert str(told).endswith("; add them to the header")
    assert told.dutch.endswith("; zet ze bij de kolomnamen bovenaan")


@pytest.mark.parametrize("blank", ["\u00a0", "\u200b", "\u200e", "\u2060", "\u180e", "\ufeff", "\u202f", " \t"])
def test_blanks_that_nobody_sees_do_not_count(blank: str, tmp_path: Path) -> None:
    content = f"{HEADER.strip()}{blank}\n{blank}a b{blank};{blank}{blank};d\n{blank};;{blank}\n{blank}\n;;e\n"
    assert read(tmp_path, content) == [(2, "a b", None, "d"), (5, None, None, "e")]


def test_a_file_is_cut_into_lines_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = HEADER + "".join(f"a{number};k;d\n" for number in range(40))
    for block in range(1, 20):
        monkeypatch.setattr(encoding, "BLOCK", block)
        assert [row[:2] for row in read(tmp_path, content)] == [(n + 2, f"a{n}") for n in range(40)]


def test_blanks_around_a_value_do_not_count_and_empty_is_missing(tmp_path: Path) -> None:
    content = HEADER + " a \t;\u00a0k\u2009; \nb;;d\n"
    assert read(tmp_path, content) == [(2, "a", "k", None), (3, "b", None, "d")]


def test_blank_rows_are_no_rows_but_count_in_the_numbering(tmp_path: Path) -> None:
    content = HEADER + "\na;k;d\n;;\n \t;\u00a0;\n;;;;\n\nb;k;d\n\n"
    assert read(tmp_path, content) == [(3, "a", "k", "d"), (8, "b", "k", "d")]


def test_quoted_blank_rows_are_no_rows_either(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + '"";" ";""\n" "\na;k;d\n') == [(4, "a", "k", "d")]


@pytest.mark.parametrize("line", ["a;k", "a;k;d;", "a;k;d;e", "los"])
def test_a_row_with_another_number_of_fields_is_malformed_and_kept_whole(line: str, tmp_path: Path) -> None:
    (row,) = read(tmp_path, HEADER + line + "\n")
    assert row == (2, f"[{', '.join(line.split(';'))}]".replace(", ]", ", '']"), None, None)


def test_a_malformed_row_among_quotes_keeps_its_fields(tmp_path: Path) -> None:
    assert read(tmp_path, HEADER + '"a;1";k\n"b";k;d\n') == [(2, "[a;1, k]", None, None), (3, "b", "k", "d")]


def test_characters_that_join_fields_may_occur_in_them(tmp_path: Path) -> None:
    content = HEADER + '"a\x1f1";k;d\n'
    assert read(tmp_path, content) == [(2, "a\x1f1", "k", "d")]


def test_a_file_with_all_joining_characters_is_refused(tmp_path: Path) -> None:
    assert "control characters" in refused(tmp_path, HEADER + f'"{"".join(table.JOINERS)}";k;d\n')


CHARACTERS = st.sampled_from([*'ab1;;,,""\n\n\r  ', "\r\n", "\x00", "\x0b", "\x1c", "\x1f", "\u2028", "\x85", "é"])
LINES = st.lists(CHARACTERS, max_size=40).map("".join)


def as_csv_reader_says(text: str) -> list[tuple[int, bool, list[str]]] | None:
    """(row number, malformed, trimmed fields): Python's own csv module, without a short cut. None where a quote is not
    closed: the file ends within one, or a column of the contract holds a line break, or another one with a separator.
    """
    records = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    longer = list(csv.reader(io.StringIO(text + "\nx", newline=""), delimiter=";"))
    swallowed = [
        place < 2 or ";" in field
        for record in records
        for place, field in enumerate(record)
        if "\n" in field or "\r" in field
    ]
    if longer[-1] != ["x"] or any(swallowed):
        return None
    trimmed = [(number, [field.strip() for field in fields]) for number, fields in enumerate(records, start=1)]
    return [(number, len(fields) != 2, fields) for number, fields in trimmed[1:] if any(fields)]


@settings(max_examples=200)
@given(body=LINES)
@pytest.mark.slow
def test_every_csv_reads_as_pythons_csv_module_reads_it(body: str) -> None:
    check(body)


@settings(max_examples=200)
@given(body=LINES.map(lambda text: text.replace('"', "")))
@pytest.mark.slow
def test_the_short_cut_without_quotes_reads_the_same(body: str) -> None:
    check(body)


def check(body: str) -> None:
    text = "id;x\n" + body
    expected = as_csv_reader_says(text)
    con, source = reading()
    con.execute("delete from raw")
    try:
        delimited.read(con, source, written(text), 0)
    except DeliveryError:
        assert expected is None
        return
    rows = con.execute("select _row, _malformed, _fields, id, x from raw order by _row").fetchall()
    found = [(row, bad, [f.strip() for f in fields] if bad else [i or "", x or ""]) for row, bad, fields, i, x in rows]
    assert found == expected


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    reading()[0].close()
    reading.cache_clear()
    shutil.rmtree(place().parent)
    place.cache_clear()


@cache
def reading() -> tuple[duckdb.DuckDBPyConnection, contract.SourceContract]:
    source = one_column("text")
    return door_database(source), source


@cache
def place() -> Path:
    return Path(tempfile.mkdtemp()) / "text.csv"


def written(text: str) -> Path:
    place().write_bytes(text.encode())
    return place()
