"""The INSZ becomes a keyed pseudonym; what cannot be recognised is masked, and nothing else shows of it."""

import hashlib
import hmac
import random
import resource
from collections.abc import Iterator
from datetime import date
from functools import cache

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.ingest.inbox import DeliveryError
from orchestration.ingest.persons.pseudonym import client_key, create_client_keys, create_insz_macros, fingerprint
from tests.hostile.values import insz
from tests.oracle.values import parse_insz
from tests.support.deliveries import INSZ, KEY


def sql(expression: str, *values: str | None) -> list[object]:
    """What a macro makes of texts."""
    rows = door().execute(f"select {expression} from (select unnest(cast(? as varchar[])) as x)", [list(values)])
    return [value for (value,) in rows.fetchall()]


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    door().close()
    door.cache_clear()


@cache
def door() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    create_insz_macros(con)
    return con


def test_who_reads_person_numbers_leaves_no_memory_behind_in_a_crash() -> None:
    before = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
        with duckdb.connect() as con:
            create_insz_macros(con)
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)


def by_oracle(text: str) -> str | None:
    try:
        return parse_insz(text)
    except ValueError:
        return None


def test_a_client_key_is_the_hex_hmac_sha_256_of_the_digits() -> None:
    expected = hmac.new(KEY, b"93051822361", hashlib.sha256).hexdigest()
    assert client_key("93051822361", KEY) == expected
    assert len(expected) == 64


def test_another_key_gives_another_pseudonym_and_another_fingerprint() -> None:
    assert client_key(INSZ[0], KEY) != client_key(INSZ[0], b"een andere sleutel")
    assert fingerprint(KEY) != fingerprint(b"een andere sleutel")
    assert fingerprint(KEY) == fingerprint(bytes(KEY))


def test_the_fingerprint_is_no_pseudonym_of_anyone_and_not_the_key() -> None:
    assert KEY.hex() not in fingerprint(KEY) and KEY.decode() not in fingerprint(KEY)
    assert len(fingerprint(KEY)) == 16


@pytest.mark.parametrize(
    "written",
    [
        "93051822361",
        "93.05.18-223.61",
        "930518 223 61",
        "93/05/18-223-61",
        "93 . 05 18 - 223 61",
        "9.3.0.5.1.8.2.2.3.6.1",
        "93\u00a005\u00a018\u202f22361",
        "93\u200b05\ufeff18\u2060223\u200d61",
    ],
)
def test_eleven_digits_with_blanks_points_hyphens_and_slashes_between_them(written: str) -> None:
    assert sql("insz_digits(x)", written) == ["93051822361"]


@pytest.mark.parametrize(
    "written",
    [
        "",
        "9305182236",
        "930518223611",
        "93051822362",
        "93051822361a",
        "93_05_18_223_61",
        "INSZ 93051822361",
        "-93051822361",
        "93051822361.",
        "00000000000",
        "\uff19\uff1305182236\uff11",
        "93,05,18,223,61",
        None,
    ],
)
def test_anything_else_is_no_insz(written: str | None) -> None:
    assert sql("insz_digits(x)", written) == [None]


@pytest.mark.parametrize(
    ("serial", "birth", "bis"),
    [(1, date(1940, 1, 1), 0), (997, date(1999, 12, 31), 20), (1, date(2000, 1, 1), 0), (500, date(2011, 6, 30), 40)],
)
def test_births_of_either_century_and_bis_numbers_are_valid(serial: int, birth: date, bis: int) -> None:
    digits = insz(random.Random(1), birth, bis, serial)
    assert sql("insz_digits(x)", digits) == [digits]


NINE = st.integers(min_value=0, max_value=999_999_999).map("{:09d}".format)


@given(nines=st.lists(NINE, min_size=1, max_size=5))
def test_of_all_hundred_check_digits_those_of_the_oracle_are_valid(nines: list[str]) -> None:
    texts = [f"{nine}{check:02d}" for nine in nines for check in range(100)]
    assert sql("insz_digits(x)", *texts) == [by_oracle(text) for text in texts]


@given(
    texts=st.lists(st.text(alphabet="0123456789 .-/\t\n\v\u00a0\u2009\u202fx", max_size=18), min_size=1, max_size=20)
)
def test_the_shape_of_an_insz_is_the_oracles(texts: list[str]) -> None:
    texts += [INSZ[0][:5] + text.strip("0123456789") + INSZ[0][5:] for text in texts]
    assert sql("insz_digits(x)", *texts) == [by_oracle(text) for text in texts]


def test_a_mask_shows_the_first_two_digits_only() -> None:
    assert sql("masked(x)", "93.05.18-223.61", "onbekend", "x9", None) == [
        "93*********",
        "*********",
        "9*********",
        None,
    ]


def keys_of(*texts: str | None, key: bytes = KEY) -> dict[str, str]:
    with duckdb.connect() as con:
        create_insz_macros(con)
        con.execute("create table raw (k varchar)")
        con.executemany("insert into raw values (?)", [[text] for text in texts])
        create_client_keys(con, ["k"], key)
        return dict(con.execute("select digits, client_key from client_keys").fetchall())


def test_every_way_to_write_an_insz_gives_one_client() -> None:
    assert keys_of("93051822361", "93.05.18-223.61", "fout", None) == {"93051822361": client_key("93051822361", KEY)}


def test_no_valid_insz_gives_no_client() -> None:
    assert keys_of("fout", None) == {}


def test_without_a_key_there_are_no_pseudonyms() -> None:
    with pytest.raises(DeliveryError, match="without a key"):
        keys_of(INSZ[0], key=b"")
