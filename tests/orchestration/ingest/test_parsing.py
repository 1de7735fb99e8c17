"""Text becomes a value or nothing, each type at its edges; and rows that share a key are told apart."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import duckdb
import jinja2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from expectations import contract
from orchestration.ingest import parsing
from orchestration.ingest.readers import UNREADABLE
from orchestration.store.paths import DBT_PROJECT
from tests.oracle import calendar, values
from tests.oracle.sources import Column
from tests.support.deliveries import INSZ, KEY, batch, door_database, parsed

JAN_2 = dt.date(2024, 1, 2)


# type -> {text: value}; None is a value that cannot be read
EDGES: dict[str, dict[str, object]] = {
    "text": {
        "a": "a", "x" * 36: "x" * 36, "007": "007", "NULL": "NULL", "=1+2": "=1+2", "é€": "é€", "#N/A": "#N/A",
        "x" * 37: None,
    },
    "date": {
        "2024-01-02": JAN_2, "02/01/2024": JAN_2, "2/01/2024": JAN_2, "02/1/2024": JAN_2, "2/1/2024": JAN_2,
        "2024-02-29": dt.date(2024, 2, 29), "29/02/2023": None, "29/2/2024": dt.date(2024, 2, 29), "2/13/2024": None,
        "2023-02-29": None, "2024-1-2": None, "2/1/24": None, "002/1/2024": None, "2 /1/2024": None,
        "2024/01/02": None, "02-01-2024": None, "2-1-2024": None, "20240102": None, "2024-13-01": None,
        "2024-00-10": None, "31/04/2024": None, "0/1/2024": None, "1/0/2024": None,
        "2024-01-02 00:00:00": JAN_2, "2024-01-02T00:00:00": JAN_2, "2/1/2024 00:00:00": JAN_2,
        "02/01/2024T00:00:00.000": JAN_2, "2024-01-02 00:00:00.0": JAN_2, "2024-01-02 00:00:01": None,
        "2/1/2024 0:00": JAN_2, "2024-01-02 00:00": JAN_2, "2024-01-02T0:00:00": JAN_2, "2024-01-02 0:01": None,
        "2024-01-02 00:00:00.001": None, "2024-01-02 00:00:00.": None, "2024-01-02 12:00:00": None,
        "2024-01-02 24:00:00": None, "2024-01-02T00:00:00Z": None, "2024-01-02t00:00:00": None,
        "2024-01-02  00:00:00": None, "2024-01-0200:00:00": None, "00:00:00": None, "x 00:00:00": None,
        "2024-01-02 00:00:00 00:00:00": None, "29/02/2023 00:00:00": None,
        "0000-01-01": None, "01/01/0000": None, "1/1/0000 00:00:00": None, "0001-01-01": dt.date(1, 1, 1),
        "9999-12-31": dt.date(9999, 12, 31), "31/12/9999": dt.date(9999, 12, 31),
        "vandaag": None, "45293": None, "\uff12024-01-02": None, "2024-01-02x": None, "infinity": None, "epoch": None,
    },
    "month": {
        "2024-02": dt.date(2024, 2, 1), "02/2024": dt.date(2024, 2, 1), "2/2024": dt.date(2024, 2, 1),
        "12/2024": dt.date(2024, 12, 1), "13/2024": None, "0/2024": None, "00/2024": None, "2/24": None,
        "002/2024": None, "02-2024": None, "2024/02": None, "2024-13": None, "2024-00": None, "2024-2": None,
        "2024-02-01": None, "01/02/2024": None, "2024-02-01 00:00:00": None, "202402": None, "0000-01": None,
        "1/0000": None, "9999-12": dt.date(9999, 12, 1), "12/9999": dt.date(9999, 12, 1),
    },
    "integer": {
        "0": 0, "12": 12, "012": 12, "2147483647": 2**31 - 1, "2147483648": None, "-1": None, "+1": None, "1.0": None,
        "1e2": None, "1 000": None, "0x1": None, "1_000": None, "\uff11": None, "twee": None, "9" * 40: None,
    },
    "amount": {
        "12": Decimal("12.00"), "12.5": Decimal("12.50"), "12,50": Decimal("12.50"), "-0,01": Decimal("-0.01"),
        "+3": Decimal("3.00"), "0.00": Decimal("0.00"), "00012.30": Decimal("12.30"),
        "9999999999.99": Decimal("9999999999.99"), "-9999999999.99": Decimal("-9999999999.99"),
        "10000000000": None, "9999999999.999": None, "12.345": None, "1.000,00": None, "1,000.00": None, "1 000": None,
        ".5": None, "12.": None, "1e3": None, "€ 12": None, "12 EUR": None, "--5": None, "- 5": None, "NaN": None,
    },
    "yesno": {
        "J": True, "j": True, "ja": True, "JA": True, "true": True, "True": True, "1": True,
        "waar": True, "WAAR": True, "Waar": True,
        "N": False, "n": False, "nee": False, "Nee": False, "FALSE": False, "0": False,
        "onwaar": False, "ONWAAR": False,
        "yes": None, "no": None, "y": None, "2": None, "J/N": None, "1.0": None, "j\u0430": None,
    },
    "nis": {
        "11002": "11002", "44011": "44011", "44083": "44083", "44084": "44084", "99999": None, "62063": None,
        "21004": None, "1100": None, "011002": None, "11002.0": None, "Gent": None,
    },
    "code": {"AAP": "AAP", "aap": "AAP", "Aap": "AAP", "NOOT_MIES": "NOOT_MIES", "noot_mies": "NOOT_MIES",
             "NOOT MIES": None, "MIES": None, "A": None},
}  # fmt: skip
CODES = ("AAP", "NOOT_MIES")


@pytest.mark.parametrize("kind", EDGES)
def test_a_text_is_read_as_its_type_or_not_at_all(kind: str) -> None:
    found = parsed(kind, list(EDGES[kind]), CODES if kind == "code" else ())
    assert dict(zip(EDGES[kind], found, strict=True)) == EDGES[kind]


@pytest.mark.parametrize("kind", [k for k in EDGES if k not in ("code", "nis")])
def test_the_oracle_reads_the_same(kind: str) -> None:
    for text, expected in EDGES[kind].items():
        try:
            found: object = values.parse(Column("x", kind), text, None)  # type: ignore[arg-type]
        except ValueError:
            found = None
        assert found == expected, text


@pytest.mark.parametrize("kind", [*EDGES, "insz"])
def test_a_missing_value_stays_missing(kind: str) -> None:
    assert parsed(kind, [None], CODES if kind == "code" else ()) == [None]


@pytest.mark.parametrize("kind", ["date", "month", "integer", "amount", "yesno"])
@given(texts=st.lists(st.text(alphabet="0123456789-/+.,jJnNeE \u0661", max_size=12).map(str.strip), max_size=30))
def test_random_texts_are_read_as_the_oracle_reads_them(kind: str, texts: list[str]) -> None:
    texts = [text for text in texts if text]
    expected = []
    for text in texts:
        try:
            expected.append(values.parse(Column("x", kind), text, None))  # type: ignore[arg-type]
        except ValueError:
            expected.append(None)
    value = parsing.parsed(contract.Column("x", kind), "x")
    rows = door().execute(f"select {value} from (select unnest(cast(? as varchar[])) as x)", [texts])
    assert [x for (x,) in rows.fetchall()] == expected


@pytest.mark.parametrize("kind", [*EDGES, "insz"])
def test_a_cell_that_cannot_be_read_is_a_value_of_no_type(kind: str) -> None:
    texts = [UNREADABLE + text for text in ("#N/A", *(text for text, value in EDGES.get(kind, {}).items() if value))]
    assert parsed(kind, [*texts, UNREADABLE + INSZ[0]], CODES if kind == "code" else ()) == [None] * (len(texts) + 1)


@pytest.mark.parametrize("sign", [*UNREADABLE, "\ue000", "\ufffd", "\N{GRINNING FACE}"])
def test_a_sign_without_a_meaning_is_a_text_like_any_other(sign: str) -> None:
    assert parsed("text", [sign, sign + "T1"]) == [sign, sign + "T1"]


def test_a_type_that_is_not_known_is_refused() -> None:
    with pytest.raises(NotImplementedError, match="'bedrag' of x"):
        parsed("bedrag", ["1"])


# --- the batch ------------------------------------------------------------------------------------------------------


def test_the_batch_holds_no_insz() -> None:
    rules = contract.load("transmissies")
    with door_database(rules) as con:
        con.execute("insert into raw values (0, 2, false, null, 'X1', ?, '2024-01-02', null)", [INSZ[0]])
        con.execute("insert into raw values (0, 3, false, null, 'X2', '93.05.18-223.62', '2024-01-02', null)")
        parsing.create_batch(con, rules, {0: JAN_2}, KEY)
        tables = [name for (name,) in con.execute("select table_name from duckdb_tables()").fetchall()]
        assert "raw" not in tables
        texts = str(con.execute("select klant_id__text, klant_id__unparsed from batch order by _row").fetchall())
        assert texts == "[('93*********', None), ('93*********', '93*********')]"
        whole = str(con.execute("from batch").fetchall())
        assert INSZ[0] not in whole and "223.62" not in whole


def test_rows_are_numbered_in_the_order_of_deliveries_and_rows() -> None:
    assert batch(
        "transmissies",
        """
        _delivery | _row | _malformed | transmissie_id
        1         | 2    | false      | c
        0         | 3    | false      | b
        0         | 2    | false      | a
    """,
        "_id, transmissie_id, _delivered_on",
    ) == [
        (1, "a", dt.date(2024, 1, 31)),
        (2, "b", dt.date(2024, 1, 31)),
        (3, "c", dt.date(2024, 2, 29)),
    ]


def test_a_row_is_a_row_a_withdrawal_or_malformed() -> None:
    assert batch(
        "transmissies",
        """
        _delivery | _row | _malformed | transmissie_id | verwijderd
        0         | 2    | false      | a              |
        0         | 3    | false      | b              | N
        0         | 4    | false      | c              | ja
        0         | 5    | true       |                |
        0         | 6    | false      | d              | misschien
    """,
        "_row, _shape",
    ) == [(2, "row"), (3, "row"), (4, "withdrawal"), (5, "malformed"), (6, "row")]


def test_the_last_day_to_correct_a_payment_is_ten_years_after_the_month_clamped() -> None:
    assert batch(
        "loontoelagen",
        """
        _delivery | _row | _malformed | prestatiemaand
        0         | 2    | false      | 2020-02
        0         | 3    | false      | 2021-02
        0         | 4    | false      | 2020-12
    """,
        "uiterste_betaaldatum",
    ) == [(dt.date(2030, 2, 28),), (dt.date(2031, 2, 28),), (dt.date(2030, 12, 31),)]


# --- completed months -----------------------------------------------------------------------------------------------

DAYS = st.dates(min_value=dt.date(2016, 1, 1), max_value=dt.date(2032, 12, 31))
PAIRS = st.lists(st.tuples(DAYS, DAYS).map(sorted).map(tuple), min_size=1, max_size=60)
MONTH_ENDS = [
    (dt.date(2020, 1, 31), dt.date(2020, 2, 28)),
    (dt.date(2020, 1, 31), dt.date(2020, 2, 29)),
    (dt.date(2020, 2, 29), dt.date(2021, 2, 27)),
    (dt.date(2020, 2, 29), dt.date(2021, 2, 28)),
    (dt.date(2020, 1, 1), dt.date(2020, 12, 31)),
    (dt.date(2020, 1, 15), dt.date(2020, 7, 10)),
    (dt.date(2021, 12, 31), dt.date(2022, 2, 27)),
    (dt.date(2024, 5, 31), dt.date(2024, 5, 31)),
]


def months(expression: str, pairs: list[tuple[dt.date, dt.date]]) -> list[int]:
    days = [[day for day, _ in pairs], [day for _, day in pairs]]
    sql = f"select {expression} from (select unnest(cast(? as date[])) as a, unnest(cast(? as date[])) as b)"
    return [n for (n,) in door().execute(sql, days).fetchall()]


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    door().close()
    door.cache_clear()


@cache
def door() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    parsing.create_macros(con)
    return con


def dbt_macro(call: str) -> str:
    """The SQL that a macro of the dbt project becomes on DuckDB, without dbt."""
    adapter = SimpleNamespace(dispatch=lambda name, package: getattr(macros, f"default__{name}"))
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    text = "".join((DBT_PROJECT / "macros" / name).read_text() for name in ("dates.sql", "dispatched.sql"))
    macros = environment.from_string(text, globals={"adapter": adapter}).module
    return environment.from_string("{{ " + call + " }}", globals=vars(macros)).render()


@given(pairs=PAIRS)
@example(pairs=MONTH_ENDS)
def test_completed_months_at_the_door_are_the_oracles(pairs: list[tuple[dt.date, dt.date]]) -> None:
    assert months("completed_months(a, b)", pairs) == [calendar.completed_months(a, b) for a, b in pairs]


@given(pairs=PAIRS)
@example(pairs=MONTH_ENDS)
def test_completed_months_in_the_warehouse_are_the_oracles(pairs: list[tuple[dt.date, dt.date]]) -> None:
    expression = dbt_macro("completed_months('a', 'b')")
    assert months(expression, pairs) == [calendar.completed_months(a, b) for a, b in pairs]


def test_completed_months_reach_the_last_day_of_the_calendar() -> None:
    pairs = [(dt.date(2017, 1, 1), dt.date(9999, 12, 30)), (dt.date(2017, 1, 1), dt.date(9999, 12, 31))]
    assert months("completed_months(a, b)", pairs) == [95795, 95796]


def test_the_macros_of_the_warehouse_are_read_from_the_project() -> None:
    assert Path(DBT_PROJECT / "macros" / "dates.sql").exists()
    assert "interval '1' day" in dbt_macro("day_after('a')")
