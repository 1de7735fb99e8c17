"""The door as a whole: every row read is accepted or quarantined, and nothing is loaded twice."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from expectations import contract
from expectations.contract import Rule
from orchestration.ingest import ledger, storage
from orchestration.ingest.load import SourceLoad, load_source
from orchestration.ingest.persons.pseudonym import client_key
from orchestration.ingest.validation import IngestError
from orchestration.quality import cases
from orchestration.store.paths import DataFolder
from tests.support import deliveries
from tests.support.deliveries import INSZ, KEY, by_routing, delivery, rows_of, write, write_text

pytestmark = pytest.mark.slow  # every test loads deliveries

VERSIONS = {name: contract.load(name).version for name in contract.sources()}
GOOD = f"""
    transmissie_id | klant_id                     | transmissiedatum | verwijderd
    X1             | {INSZ[0]}                    | 2024-01-02       |
    X2             | 05.03.01-456.57              | 03/01/2024       | n
"""


def accepted(data: DataFolder, source: str) -> list[dict]:
    """Rows in the lake, in order of file and row."""
    files = sorted((data.lake / source).glob("*.parquet"))
    return [row for file in files for row in rows_of(file)]


def quarantined(data: DataFolder, source: str) -> list[dict]:
    return [row for file in sorted((data.quarantine / source).glob("*.parquet")) for row in rows_of(file)]


def counts(done: SourceLoad) -> list[tuple[int, int, int, int]]:
    return [(e.rows_read, e.rows_accepted, e.rows_quarantined, e.rows_warned) for e in done.entries]


def test_good_rows_reach_the_lake_typed_with_a_pseudonym(data: DataFolder) -> None:
    done = deliveries.load(data, write(data.inbox, "transmissies_2024-01-31_Gent.csv", GOOD))
    assert counts(done) == [(2, 2, 0, 0)]
    assert accepted(data, "transmissies") == [
        {
            "transmissie_id": id_,
            "client_key": client_key(insz, KEY),
            "transmissiedatum": day,
            "verwijderd": False,
            "_delivery_id": done.entries[0].delivery_id,
            "_file_name": "transmissies_2024-01-31_Gent.csv",
            "_delivered_on": dt.date(2024, 1, 31),
            "_row": row,
        }
        for id_, insz, day, row in (("X1", INSZ[0], dt.date(2024, 1, 2), 2), ("X2", INSZ[1], dt.date(2024, 1, 3), 3))
    ]
    assert not data.quarantine.exists()


def test_the_ledger_tells_all_of_a_delivery(data: DataFolder) -> None:
    path = write(data.inbox, "transmissies_2024-01-31.csv", GOOD.replace("verwijderd", "opmerking "))
    deliveries.load(data, path)
    (entry,) = ledger.read(data.ledger)
    assert (entry.status, entry.file_name, entry.source) == ("accepted", path.name, "transmissies")
    assert entry.delivered_on == dt.date(2024, 1, 31)
    assert entry.sha256 == delivery(path).sha256
    assert (entry.run_id, entry.suite_version) == ("run-1", VERSIONS["transmissies"])
    assert entry.message == "unknown column(s) ignored: opmerking"
    assert entry.message_nl == "onbekende kolom(men) genegeerd: opmerking"


BAD = f"""
    transmissie_id | klant_id        | transmissiedatum | verwijderd
    X1             | {INSZ[0]}       | 2024-01-02       |
                   | {INSZ[0]}       | 2024-01-02       |
    X3             |                 | 2024-13-02       |
    X4             | 93.05.18-223.62 | 2024-01-02       |
    X5             | {INSZ[0]}       | 2024-01-02       | misschien
    X6             | {INSZ[0]}       | 2024-01-02
    X7             | {INSZ[0]}       | 2024-01-02       |
    X7             | {INSZ[0]}       | 2024-01-02       |
    X8             | {INSZ[0]}       | 2024-01-02       |
    X8             | {INSZ[0]}       | 2024-01-03       |
    {INSZ[1]}      | fout            |                  |
"""


def test_a_quarantined_row_keeps_its_number_its_texts_and_every_rule_it_broke(data: DataFolder) -> None:
    done = deliveries.load(data, write(data.inbox, "transmissies_2024-01-31.csv", BAD))
    rows = quarantined(data, "transmissies")
    assert {row["row_number"]: row["rules"] for row in rows} == {
        3: ["missing_transmissie_id"],
        4: ["invalid_transmissiedatum", "missing_klant_id"],
        5: ["invalid_klant_id"],
        6: ["invalid_verwijderd"],
        7: ["malformed_row"],
        9: ["duplicate_row"],
        10: ["conflicting_key"],
        11: ["conflicting_key"],
        12: ["invalid_klant_id", "missing_transmissiedatum"],
    }
    assert {row["outcome"] for row in rows} == {"quarantined"}
    texts = {row["row_number"]: (row["transmissie_id"], row["klant_id"], row["transmissiedatum"]) for row in rows}
    assert texts[4] == ("X3", None, "2024-13-02")
    assert texts[5] == ("X4", "93*********", "2024-01-02")
    assert texts[12] == (client_key(INSZ[1], KEY)[:32], "*********", None)
    assert [row["fields"] for row in rows if row["row_number"] == 7] == [["X6", "93*********", "2024-01-02"]]
    assert counts(done) == [(11, 2, 9, 0)]
    assert [row["transmissie_id"] for row in accepted(data, "transmissies")] == ["X1", "X7"]
    assert done.rows_by_rule["conflicting_key", "reject"] == 2


def test_of_rows_that_break_two_rules_each_rule_counts(data: DataFolder) -> None:
    done = deliveries.load(data, write(data.inbox, "transmissies_2024-01-31.csv", BAD))
    assert {(r.rule, r.rows) for r in done.entries[0].reasons} == {
        ("missing_transmissie_id", 1),
        ("missing_klant_id", 1),
        ("invalid_transmissiedatum", 1),
        ("invalid_klant_id", 2),
        ("invalid_verwijderd", 1),
        ("malformed_row", 1),
        ("duplicate_row", 1),
        ("conflicting_key", 2),
        ("missing_transmissiedatum", 1),
    }


def test_a_withdrawal_keeps_its_key_and_nothing_else(data: DataFolder) -> None:
    path = write(
        data.inbox,
        "transmissies_2024-01-31.csv",
        f"""
        transmissie_id | klant_id  | transmissiedatum | verwijderd
        X1             |           |                  | J
        X2             | fout      | 32/01/2024       | ja
        X3             | {INSZ[0]} | 2024-01-02       | 1
                       | {INSZ[0]} | 2024-01-02       | J
    """,
    )
    assert counts(deliveries.load(data, path)) == [(4, 3, 1, 0)]
    assert [
        (row["transmissie_id"], row["client_key"], row["transmissiedatum"], row["verwijderd"])
        for row in accepted(data, "transmissies")
    ] == [("X1", None, None, True), ("X2", None, None, True), ("X3", None, None, True)]
    assert [row["rules"] for row in quarantined(data, "transmissies")] == [["missing_transmissie_id"]]


def test_a_person_number_as_key_is_replaced_alike_in_lake_and_quarantine(data: DataFolder) -> None:
    """`sleutel`: the same number in two spellings, in two sources; and what strayed elsewhere is masked."""
    short = client_key(INSZ[0], KEY)[:32]
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in INSZ[0])
    head = "traject_id;klant_id;ocmw_nis;startdatum;verwijderd"
    rows = [
        f"{INSZ[0]};{INSZ[0]};11002;2023-01-01;",
        f"93.05.18-223.61;{INSZ[0]};11002;gisteren;",
        f"{full_width};;;;J",
        f"T2;{INSZ[0]};zie 93.05.18-223.61;2023-01-01;",
        "T3;93.05.18-;223.61;11002;2023-01-01;",
        f"zie {INSZ[0]};{INSZ[0]};11002;2023-01-01;",
    ]
    paths = [
        write_text(data.inbox, f"trajecten_2024-03-2{day}.csv", "\n".join([head, *given]) + "\n")
        for day, given in enumerate((rows[:1], rows[1:2], rows[2:]))
    ]
    done = deliveries.load(data, *paths)
    other = write_text(data.inbox, "klantprofielen_2024-03-28.csv", "traject_id;geslacht\n93.05.18-223.61;V\n")
    profile = deliveries.load(data, other)
    assert counts(done) == [(1, 1, 0, 1), (1, 0, 1, 0), (4, 2, 2, 1)]
    assert counts(profile) == [(1, 1, 0, 1)]
    assert profile.rows_by_rule == {("person_number_as_key", "warn"): 1}
    first, withdrawal, inside = (row["traject_id"] for row in accepted(data, "trajecten"))
    assert first == withdrawal == short != inside
    assert accepted(data, "klantprofielen")[0]["traject_id"] == short
    kept = [(row["traject_id"], row["ocmw_nis"], row["rules"]) for row in quarantined(data, "trajecten")]
    assert kept == [
        (short, "11002", ["person_number_as_key"]),
        (short, "11002", ["invalid_startdatum"]),
        (short, None, ["person_number_as_key"]),
        ("T2", "zie 93*********", ["invalid_ocmw_nis"]),
        (None, None, ["malformed_row"]),
    ]
    assert quarantined(data, "trajecten")[-1]["fields"] == ["T3", "93****", "*****", "11002", "2023-01-01", ""]
    assert [case.status for case in cases.read(data, "trajecten") if "invalid_startdatum" in case.rules] == ["resolved"]


def test_of_a_withdrawal_only_a_key_is_looked_at_for_a_person_number(data: DataFolder) -> None:
    head = "tewerkstelling_id;traject_id;startdatum;verwijderd"
    text = f"{head}\nW1;{INSZ[0]};2024-01-02;J\n{INSZ[0]};T1;2024-01-02;J\nW2;{INSZ[0]};2024-01-02;N\n"
    done = deliveries.load(data, write_text(data.inbox, "art60_tewerkstellingen_2024-01-31.csv", text))
    assert counts(done) == [(3, 3, 0, 2)]
    assert [row["rules"] for row in quarantined(data, "art60_tewerkstellingen")] == [["person_number_as_key"]] * 2


def test_an_insz_that_nobody_can_have_is_loaded_with_a_warning(data: DataFolder) -> None:
    odd = "931318223" + f"{97 - 931318223 % 97:02d}"
    head = "transmissie_id;klant_id;transmissiedatum"
    text = f"{head}\nX1;{odd};2024-01-02\nX2;{INSZ[0]};2024-01-02\n"
    done = deliveries.load(data, write_text(data.inbox, "transmissies_2024-01-31.csv", text))
    assert counts(done) == [(2, 2, 0, 1)]
    assert done.rows_by_rule == {("implausible_klant_id", "warn"): 1}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("transmissies_2024-03-24_k023.csv", "transmissie_id;klant_id;transmissiedatum\na1;80020200280;1/02/2023\n"),
        ("transmissies_2024-03-25_k024.csv", "transmissie_id;klant_id;transmissiedatum\na2;80030300356;1/2/2023\n"),
        ("transmissies_2024-03-26_k025.csv", "transmissie_id;klant_id;transmissiedatum\na3;80030300356;01/2/2023\n"),
        ("transmissies_2024-03-08_k034.csv", "transmissie_id;klant_id;transmissiedatum\na4;05030145657;2023-02-01\n"),
        (
            "klantprofielen_2024-03-17_k043.csv",
            "traject_id;geslacht;leeftijd;werkloosheidsduur_maanden;kortgeschoold;migratieachtergrond\n"
            "p2;V;035;5;WAAR;ONWAAR\n",
        ),
        ("leefloners_2024-03-17.csv", "nis_code;maand;leefloners\n11002;1/2023;5\n"),
    ],
)
def test_what_a_spreadsheet_writes_by_itself_is_accepted(name: str, text: str, data: DataFolder) -> None:
    assert counts(deliveries.load(data, write_text(data.inbox, name, text))) == [(1, 1, 0, 0)]


def test_a_warned_row_is_loaded_counted_and_listed(data: DataFolder) -> None:
    path = write(
        data.inbox,
        "trajecten_2024-01-31.csv",
        f"""
        traject_id | klant_id  | ocmw_nis | startdatum | vermoedelijke_einddatum | einddatum  | beeindiging
        T1         | {INSZ[0]} | 44021    | 2024-02-01 | 2026-03-31              |            |
        T2         | {INSZ[0]} | 44011    | 2020-01-01 |                         |            |
        T3         | {INSZ[0]} | 44021    | 2020-01-01 | 2021-12-31              | 2021-12-31 | uitgevoerd
        T4         | {INSZ[0]} | 44021    | 2024-02-01 |                         |            | UITGEVOERD
    """,
    )
    assert counts(deliveries.load(data, path)) == [(4, 3, 1, 2)]
    assert [row["traject_id"] for row in accepted(data, "trajecten")] == ["T1", "T2", "T3"]
    listed = {row["traject_id"]: (row["outcome"], row["rules"]) for row in quarantined(data, "trajecten")}
    assert listed == {
        "T1": ("warned", ["expected_over_24_months", "starts_after_delivery"]),
        "T2": ("warned", ["nis_not_valid_on_date"]),
        "T4": ("quarantined", ["ending_without_end_date"]),
    }


def test_amounts_are_exact_and_odd_values_stay_themselves(data: DataFolder) -> None:
    path = write(
        data.inbox,
        "loontoelagen_2024-01-31.csv",
        """
        betaling_id | traject_id | ocmw_nis | prestatiemaand | betaaldatum | soort     | bedrag
        007         | =1+2       | 44021    | 2023-12        | 2024-01-15  | betaling  | 0,10
        1e5         | NULL       | 11002    | 2023-12        | 31/01/2024  | CORRECTIE | -9999999999.99
    """,
    )
    deliveries.load(data, path)
    rows = accepted(data, "loontoelagen")
    assert [(r["betaling_id"], r["traject_id"], r["soort"], r["bedrag"]) for r in rows] == [
        ("007", "=1+2", "BETALING", Decimal("0.10")),
        ("1e5", "NULL", "CORRECTIE", Decimal("-9999999999.99")),
    ]
    assert rows[0]["prestatiemaand"] == dt.date(2023, 12, 1)


def test_nothing_new_is_an_empty_load(data: DataFolder) -> None:
    done = load_source(data, contract.load("transmissies"), [], KEY, "run-1", by_routing)
    assert (done.entries, done.rows_by_rule) == ([], {})
    assert ledger.read(data.ledger) == []


def test_another_error_than_want_of_memory_ends_the_load(data: DataFolder) -> None:
    path = write(data.inbox, "transmissies_2024-01-31.csv", GOOD)

    def validate(database: str, table: str, rules: Sequence[Rule]) -> list[int]:
        raise RuntimeError("something else")

    with pytest.raises(RuntimeError, match="something else"):
        load_source(data, contract.load("transmissies"), [delivery(path)], KEY, "r", validate)
    assert ledger.read(data.ledger) == []


# --- nothing is loaded when something is wrong with the loading itself ----------------------------------------------


def test_when_the_counts_differ_nothing_of_the_batch_is_loaded(data: DataFolder) -> None:
    path = write(data.inbox, "transmissies_2024-01-31.csv", GOOD)

    def validate(database: str, table: str, rules: Sequence[Rule]) -> list[int]:
        return [n + 1 for n in by_routing(database, table, rules)]

    with pytest.raises(IngestError, match="nothing was loaded"):
        load_source(data, contract.load("transmissies"), [delivery(path)], KEY, "r", validate)
    assert ledger.read(data.ledger) == []
    assert accepted(data, "transmissies") == []


def test_when_a_row_gets_lost_nothing_of_the_batch_is_loaded(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(data.inbox, "transmissies_2024-01-31.csv", GOOD)
    real = storage.write_lake
    monkeypatch.setattr(storage, "write_lake", lambda *arguments: real(*arguments) - 1)
    with pytest.raises(IngestError, match="2 rows read, but 1 accepted and 0 quarantined"):
        deliveries.load(data, path)
    assert ledger.read(data.ledger) == []


def test_a_load_that_broke_off_before_the_ledger_can_be_done_again(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(data.inbox, "transmissies_2024-01-31.csv", GOOD)
    with monkeypatch.context() as broken, pytest.raises(OSError, match="broke off"):
        broken.setattr(ledger, "append", break_off)
        deliveries.load(data, path)
    assert ledger.read(data.ledger) == []
    deliveries.load(data, path)
    assert len(accepted(data, "transmissies")) == 2


def break_off(*_: object) -> None:
    raise OSError("broke off")


# --- the empty warehouse --------------------------------------------------------------------------------------------


def test_a_source_without_deliveries_is_an_empty_table_of_the_same_shape(data: DataFolder) -> None:
    contracts = [contract.load(name) for name in contract.sources()]
    storage.ensure_empty(data.lake, contracts)
    assert all(rows_of(data.lake / c.source / "_none.parquet") == [] for c in contracts)
    deliveries.load(data, write(data.inbox, "transmissies_2024-01-31.csv", GOOD))
    assert len({columns_of(path) for path in (data.lake / "transmissies").glob("*.parquet")}) == 1
    assert len(list((data.lake / "transmissies").glob("*.parquet"))) == 2


def columns_of(path: Path) -> tuple:
    with duckdb.connect() as con:
        return tuple((name, kind) for name, kind, *_ in con.execute(f"describe from '{path}'").fetchall())
