"""No INSZ leaves the door and no pseudonym leaves the warehouse: every byte of a finished run is searched for them."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from orchestration.ingest import ledger
from orchestration.ingest.persons.pseudonym import client_key
from orchestration.maintenance import verification
from orchestration.quality import cases, listing
from orchestration.quality.workbooks import return_book
from orchestration.store.paths import DataFolder
from tests.conftest import Finished
from tests.oracle.persons import by_form, spans
from tests.oracle.reading import RejectedError, read
from tests.oracle.sources import SOURCES
from tests.support.deliveries import INSZ, KEY, load, write_text
from tests.support.processes import Twe

pytestmark = pytest.mark.slow

# Eleven digits or more, with what people put between them; \xc2\xa0 is a hard space in UTF-8.
DIGITS = re.compile(r"\d(?:[\s.\-/\xa0\xc2]{0,3}\d){10,}")
SCRIPTS = {start + digit: str(digit) for start in (0xFF10, 0x660) for digit in range(10)}
HEX = re.compile(r"[0-9a-fA-F]{64}")


def texts(path: Path) -> Iterator[str]:
    """Everything that a file holds: its bytes, and what they hold when they are packed."""
    content = path.read_bytes()
    yield content.decode("latin-1")
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(path) as book:
            for member in book.infolist():
                yield book.read(member).decode("latin-1")
    elif path.suffix == ".parquet":
        yield from tables(f"read_parquet('{path}')")
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as con:
            for schema, name in con.execute("select schema_name, table_name from duckdb_tables()").fetchall():
                yield from rows(con, f'"{schema}"."{name}"')


def tables(relation: str) -> Iterator[str]:
    with duckdb.connect() as con:
        yield from rows(con, relation)


def rows(con: duckdb.DuckDBPyConnection, relation: str) -> Iterator[str]:
    for row in con.execute(f"from {relation}").fetchall():
        yield "|".join(map(str, row))


def insz_in(text: str, known: set[str]) -> set[str]:
    found = set()
    for match in DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        found |= {digits[i : i + 11] for i in range(len(digits) - 10)} & known
    return found


def keys_in(text: str, known: set[str]) -> set[str]:
    return {match[0].lower() for match in HEX.finditer(text)} & known


def files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def delivered_insz(finished: Finished) -> set[str]:
    """Every INSZ of the inbox: of people, also those with a wrong check digit and of rows that are refused, and where
    none belongs, in keys and labels."""
    found = set(finished.inbox.world.numbers) | set(finished.inbox.world.clients)
    for path in finished.inbox.paths:
        source = SOURCES.get(path.name.split("_2", 1)[0])
        if source is None or not path.is_file() or path.suffix not in (".csv", ".xlsx", ".parquet"):
            continue
        found |= {by_form(path.name[start:stop]) or "" for start, stop in spans(path.name)}
        try:
            table = read(path, source)
        except RejectedError:
            continue
        of_people = {column.name for column in source.columns if column.kind == "insz"}
        for name, text in (pair for _, fields in table.rows for pair in zip(table.header, fields, strict=False)):
            digits = re.sub(r"[\s./\-\u200b\ufeff\u2060]", "", text) if name in of_people else by_form(text) or ""
            found |= {digits} if re.fullmatch(r"[0-9]{11}", digits) and len(set(digits)) > 1 else set()
    return found - {""}


@pytest.fixture(scope="module")
def insz(finished: Finished) -> set[str]:
    return delivered_insz(finished)


@pytest.fixture(scope="module")
def client_keys(insz: set[str]) -> set[str]:
    return {client_key(digits, KEY) for digits in insz}


def test_the_search_finds_an_insz_in_every_format_of_the_inbox(finished: Finished, insz: set[str]) -> None:
    for suffix in ("csv", "xlsx", "parquet"):
        paths = [p for p in finished.inbox.paths if p.name in finished.inbox.good and p.suffix == f".{suffix}"]
        found = {digits for path in paths for text in texts(path) for digits in insz_in(text, insz)}
        assert len(found) > 20, suffix


@pytest.mark.parametrize(
    "written",
    ["93051822361", "93.05.18-223.61", "93 05 18 223 61", "93/05/18-223-61", "xx93051822361yy", "193051822361"],
)
def test_the_search_finds_every_way_to_write_an_insz(written: str) -> None:
    assert insz_in(f"a {written} b", {"93051822361"}) == {"93051822361"}


def test_no_insz_is_anywhere_outside_the_inbox(finished: Finished, insz: set[str]) -> None:
    paths = [p for p in files(finished.data.root) if not p.is_relative_to(finished.data.inbox)]
    folders = {path.relative_to(finished.data.root).parts[0] for path in paths}
    assert folders >= {"lake", "quarantine", "ledger", "work", "published", "annexes", "dagster"}
    leaks = sorted(str(path) for path in paths if any(insz_in(text, insz) for text in texts(path)))
    assert leaks == []


def test_no_pseudonym_is_in_what_is_published_or_told(finished: Finished, client_keys: set[str]) -> None:
    paths = files(finished.data.published, finished.data.annexes, finished.data.dagster, finished.data.ledger.parent)
    leaks = sorted(str(path) for path in paths if any(keys_in(text, client_keys) for text in texts(path)))
    assert leaks == []


def test_the_search_finds_pseudonyms_where_they_belong(finished: Finished, client_keys: set[str]) -> None:
    for folder in (finished.data.lake, finished.data.work):
        found = {key for path in files(folder) for text in texts(path) for key in keys_in(text, client_keys)}
        assert len(found) > 20, folder


def test_a_pseudonym_is_in_the_quarantine_only_as_the_key_of_a_row(finished: Finished, client_keys: set[str]) -> None:
    """Without it nothing could tell that a changed number was delivered again, or which row is in a circle."""
    paths = files(finished.data.quarantine)
    assert len(paths) > 20
    of_numbers = finished.data.quarantine / "insz_wijzigingen"
    for path in paths:
        relation = f"read_parquet('{path}')"
        if path.parent == of_numbers:
            relation = f"(select * exclude (oude_insz_key) from {relation})"
        elif path == finished.data.warehouse_findings:
            relation = (
                f"(select * replace (case when rule <> 'number_circle' then row_key end as row_key) from {relation})"
            )
        assert not any(keys_in(text, client_keys) for text in tables(relation)), path


def test_the_secret_is_nowhere(finished: Finished) -> None:
    paths = [p for p in files(finished.data.root) if not p.is_relative_to(finished.data.inbox)]
    assert not [p for p in paths if any(KEY.decode() in text or KEY.hex() in text for text in texts(p))]


def test_nobody_else_on_the_machine_reads_what_was_written(finished: Finished) -> None:
    """Annexes for sharing have the mode that a copy of them needs; the folders around them are closed all the same."""
    data = finished.data
    assert data.root.stat().st_mode & 0o007 == 0
    mine = [path for path in data.root.rglob("*") if not path.is_relative_to(data.inbox) and not path.is_symlink()]
    shared = {path for path in data.annexes.rglob("*") if path.is_file() and "vertrouwelijk" not in path.parts}
    shared |= set(data.figure_books.glob("*"))
    open_ones = [str(path) for path in mine if path.stat().st_mode & 0o077 and path not in shared]
    assert open_ones == [] and len(mine) > 100
    assert {path.relative_to(data.root).parts[0] for path in mine} >= {
        "lake",
        "published",
        "dagster",
        "reports",
        "work",
    }


def test_a_finished_data_folder_is_as_it_was_written(finished: Finished) -> None:
    checked = verification.check(finished.data)
    assert checked.faults == () and checked.rows == len(ledger.read(finished.data.ledger)) > 20


def test_the_command_line_tells_nothing_of_a_person(
    finished: Finished, insz: set[str], client_keys: set[str], tmp_path: Path
) -> None:
    twe = Twe(tmp_path / "processes", finished.data.root)
    book = tmp_path / "VERTROUWELIJK_quarantaine.xlsx"
    back = tmp_path / "terug"
    told = [finished.ended, twe("status"), twe("quarantine", "--all"), twe("quarantine", "--all", "--xlsx", str(book))]
    told += [twe("quarantine", "--all", "--back", str(back)), twe("check", "--against-past", "--rows")]
    assert [each.code for each in told] == [1, 0, 0, 0, 0, 0]
    said = [each.said for each in told] + [text for path in (book, *back.iterdir()) for text in texts(path)]
    assert len(said) > 8
    assert not [text[:80] for text in said if insz_in(text, insz) or keys_in(text, client_keys) or KEY.decode() in text]


def test_a_quarantined_insz_is_masked_but_its_row_can_be_found(finished: Finished) -> None:
    masked = []
    for path in files(finished.data.quarantine):
        with duckdb.connect() as con:
            names = [d[0] for d in con.execute(f"describe from '{path}'").fetchall()]
            for name in {"klant_id", "oude_insz", "nieuwe_insz"} & set(names):
                masked += con.execute(f"select {name}, row_number from '{path}' where {name} is not null").fetchall()
    assert len(masked) > 100
    assert all(re.fullmatch(r"\d{0,2}\*{9}", text) and number > 0 for text, number in masked)


def test_no_insz_that_strayed_into_another_place_is_kept_or_told(data: DataFolder, tmp_path: Path) -> None:
    """As key, reference or other value, within a text, in digits of other scripts, cut in two, in a malformed row."""
    number, spoken = INSZ[0], "93.05.18-223.61"
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in number)
    arabic = "".join(chr(ord(digit) - ord("0") + 0x660) for digit in number)
    given = (number, spoken, wide, arabic, f"zie {spoken}", f"OCMW-{number}-b", f"2024{number}", f"zie {wide}")
    head = "traject_id;klant_id;ocmw_nis;startdatum;einddatum;beeindiging;verwijderd"
    good = [f"{text};{INSZ[1]};11002;2023-01-01;;;" for text in given[:1] + given[4:]]
    bad = [f"T{n};{text};{text};{text};{text};{text};" for n, text in enumerate(given)]
    bad += [f"{text};{text}x;{text};;;;{text}" for text in given]
    cut = [f"{text[:7]};{text[7:]};11002;2023-01-01;x;;;" for text in given[:4]] + [f"{text};J" for text in given]
    load(data, write_text(data.inbox, "trajecten_2024-01-31_a.csv", "\n".join([head, *good, *bad, *cut]) + "\n"))
    withdrawn = [f"{text};;;;;;J" for text in given]
    load(data, write_text(data.inbox, "trajecten_2024-02-29_b.csv", "\n".join([head, *withdrawn]) + "\n"))
    paid = "betaling_id;traject_id;ocmw_nis;prestatiemaand;betaaldatum;soort;bedrag"
    rows = [f"B{n};{text};11002;2023-01;2023-02-01;BETALING;5" for n, text in enumerate(given)]
    load(data, write_text(data.inbox, "loontoelagen_2024-01-31.csv", "\n".join([paid, *rows]) + "\n"))

    found = cases.read(data)
    assert {"malformed_row", "invalid_ocmw_nis", "person_number_as_key"} <= {rule for c in found for rule in c.rules}
    back = return_book.write(found, listing.recipients(data), tmp_path / "terug")
    kept = [p for p in files(data.root) if not p.is_relative_to(data.inbox)]
    said = [
        text.encode("latin-1", "ignore").decode("utf-8", "ignore") for path in (*kept, *back) for text in texts(path)
    ]
    said += [text for path in (*kept, *back) for text in texts(path)]
    plain = [text.translate(SCRIPTS) for text in said]
    assert len(said) > 20
    assert not [text[:80] for text in plain if insz_in(text, {number})]
    short = client_key(number, KEY)[:32]
    for source, rows in (("trajecten", 1), ("loontoelagen", 4)):
        lake = [row for path in (data.lake / source).glob("*.parquet") for row in tables(f"read_parquet('{path}')")]
        assert sum(short in row for row in lake) == rows
