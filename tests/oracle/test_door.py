"""Hand-made deliveries for the oracle's door: reading, rules across columns, keys, names, and the ledger."""

import hashlib
import hmac
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tests.hostile.files import save_parquet, workbook
from tests.oracle import Ledger, deliver, marts
from tests.oracle.door import Delivery, name_parts

KEY = b"geheim"
HEADER = "traject_id;klant_id;ocmw_nis;startdatum;vermoedelijke_einddatum;einddatum;beeindiging"
INSZ = "93051822361"
DAY = "2021-06-01"


def one(folder: Path, text: str, source: str = "trajecten", encoding: str = "utf-8") -> Delivery:
    path = folder / f"{source}_{DAY}.csv"
    path.write_bytes(text.encode(encoding))
    (delivery,) = deliver([path], KEY).deliveries
    assert delivery.rows_read == delivery.rows_accepted + delivery.rows_quarantined
    return delivery


def row(**changes: str) -> str:
    values = {"id": "T1", "klant": INSZ, "nis": "44021", "start": "2020-01-01", "expected": "", "end": "", "ending": ""}
    return ";".join((values | changes).values())


def broken(folder: Path, text: str, header: str = HEADER, source: str = "trajecten") -> set[str]:
    (delivery,) = [one(folder, f"{header}\n{text}\n", source)]
    return set().union(*delivery.quarantined.values(), *(each.warns for each in delivery.rows))


def test_a_row_is_typed_and_pseudonymised(tmp_path: Path) -> None:
    header = HEADER.replace("traject_id", " Traject_ID ").upper()
    text = f"{header};opmerking\n T1 ;93.05.18-223.61;11002;31/12/2020;;2021-01-01;uitgevoerd;x\n"
    (loaded,) = one(tmp_path, text, encoding="utf-8-sig").rows
    assert (loaded.number, loaded.verwijderd) == (2, False)
    assert loaded.values == {
        "traject_id": "T1",
        "client_key": hmac.new(KEY, INSZ.encode(), hashlib.sha256).hexdigest(),
        "ocmw_nis": "11002",
        "startdatum": date(2020, 12, 31),
        "vermoedelijke_einddatum": None,
        "einddatum": date(2021, 1, 1),
        "beeindiging": "UITGEVOERD",
    }


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, set()),
        ({"nis": "44011"}, {"nis_not_valid_on_date"}),
        ({"nis": "44011", "start": "2018-12-31"}, set()),
        ({"nis": "21004"}, {"invalid_ocmw_nis"}),
        ({"klant": "93051822362"}, {"invalid_klant_id"}),
        ({"klant": "00010100105"}, set()),  # born in 2000: 97 - 2000101001 mod 97 = 5
        ({"klant": "93251822307"}, set()),  # bis number: 97 - 932518223 mod 97 = 7
        ({"start": "2016-12-31"}, {"invalid_startdatum"}),
        ({"start": "2017-01-01"}, set()),
        ({"start": "2021-06-01"}, set()),
        ({"start": "2021-06-02"}, {"starts_after_delivery"}),
        ({"expected": "2022-01-30"}, set()),  # 24 months and 30 days
        ({"expected": "2022-01-31"}, {"expected_over_24_months"}),  # 25 months
        ({"expected": "9999-12-31"}, {"expected_over_24_months"}),
        ({"expected": "2019-12-31"}, {"expected_end_before_start"}),
        ({"end": "2020-01-01", "ending": "VROEGTIJDIG"}, set()),
        ({"end": "2022-01-31", "ending": "vroegtijdig"}, {"over_24_months"}),
        ({"end": "2019-12-31", "ending": "UITGEVOERD"}, {"end_before_start"}),
        ({"end": "2020-12-31"}, {"end_date_without_ending"}),
        ({"ending": "UITGEVOERD"}, {"ending_without_end_date"}),
        ({"ending": "FOO"}, {"invalid_beeindiging"}),
        ({"ending": "UITGEVOERD", "end": "32/01/2020"}, {"invalid_einddatum"}),
        ({"end": "2020-12-31", "ending": "FOO"}, {"invalid_beeindiging"}),
        (
            {"start": "2016-12-31", "end": "2016-12-30", "ending": "UITGEVOERD"},
            {"invalid_startdatum", "end_before_start"},
        ),
        ({"start": ""}, {"missing_startdatum"}),
        ({"start": "1/1/2020"}, set()),
        ({"id": "x" * 37}, {"invalid_traject_id"}),
        ({"start": "2020-01-01;"}, {"malformed_row"}),
    ],
)
def test_rules_of_trajectories(tmp_path: Path, changes: dict[str, str], rules: set[str]) -> None:
    assert broken(tmp_path, row(**changes)) == rules


@pytest.mark.parametrize(
    ("month", "paid", "kind", "amount", "rules"),
    [
        ("2020-02", "2020-02-01", "BETALING", "445", set()),
        ("2020-02", "2030-02-28", "correctie", "-1,5", set()),
        ("2020-02", "2030-03-01", "CORRECTIE", "+0.01", {"correction_after_10_years"}),
        ("2020-02", "2020-01-31", "BETALING", "1", {"paid_before_performance"}),
        ("2020-02", "2020-02-01", "BETALING", "-0.00", {"amount_not_positive"}),
        ("2020-02", "2020-02-01", "CORRECTIE", "0,00", {"amount_zero"}),
        ("2020-02", "2020-02-01", "BETALING", "1.000,00", {"invalid_bedrag"}),
        ("2020-02", "2020-02-01", "BETALING", "12.345", {"invalid_bedrag"}),
        ("2020-02", "2020-02-01", "BETALING", "9999999999.99", set()),
        ("2020-02", "2020-02-01", "BETALING", "10000000000", {"invalid_bedrag"}),
        ("2020-13", "2020-02-01", "BETALING", "1", {"invalid_prestatiemaand"}),
    ],
)
def test_rules_of_payments(tmp_path: Path, month: str, paid: str, kind: str, amount: str, rules: set[str]) -> None:
    header = "betaling_id;traject_id;ocmw_nis;prestatiemaand;betaaldatum;soort;bedrag"
    text = f"B1;T1;44021;{month};{paid};{kind};{amount}"
    assert broken(tmp_path, text, header, "loontoelagen") == rules


def test_keys_within_a_delivery(tmp_path: Path) -> None:
    rows = [row(id="A"), row(id="A"), "", row(id="B"), row(id="B", nis="11002"), row(id="B"), row(id="a")]
    delivery = one(tmp_path, "\n".join([HEADER, *rows, row(id=""), row(id=""), ";;;;;;;;", "los"]))
    assert [each.number for each in delivery.rows] == [2, 8]
    assert delivery.reasons == {
        ("duplicate_row", "reject"): 1,
        ("conflicting_key", "reject"): 3,
        ("missing_traject_id", "reject"): 2,
        ("malformed_row", "reject"): 1,
    }
    assert 4 not in delivery.quarantined  # the blank row counts as a row number, not as a row


def test_withdrawal_looks_at_the_key_only(tmp_path: Path) -> None:
    rows = ["T1;onzin;;;;;;ja", "T2;;;;;;;X", f"{'x' * 37};;;;;;;J"]
    delivery = one(tmp_path, "\n".join([f"{HEADER};verwijderd", *rows]))
    (gone,) = delivery.rows
    assert gone.verwijderd and set(gone.values.values()) == {"T1", None}
    required = {"missing_klant_id", "missing_ocmw_nis", "missing_startdatum"}
    assert delivery.quarantined == {3: {"invalid_verwijderd"} | required, 4: {"invalid_traject_id"}}


def test_quoting_separators_and_windows_1252(tmp_path: Path) -> None:
    header = "transmissie_id,klant_id,transmissiedatum,opmerking"
    text = f'{header}\n"a;b",{INSZ},2020-01-01,"twee\nregels, ""echt"""\né,{INSZ},2020-01-02,;\n'
    delivery = one(tmp_path, text, "transmissies", encoding="cp1252")
    assert [(each.number, each.values["transmissie_id"]) for each in delivery.rows] == [(2, "a;b"), (3, "é")]


def test_typed_cells_become_text(tmp_path: Path) -> None:
    names = ["betaling_id", "traject_id", "ocmw_nis", "prestatiemaand", "betaaldatum", "soort", "bedrag"]
    book = tmp_path / f"loontoelagen_{DAY}.xlsx"
    rows = [[12, "T1", 44021.0, "2020-01", datetime(2020, 2, 1), "BETALING", 0.1 + 0.2], [None] * 7]
    book.write_bytes(workbook([names, *rows, [13, "T1", "44021", date(2020, 1, 2), date(2020, 2, 1), "BETALING", 5]]))
    table = tmp_path / f"loontoelagen_{DAY}.parquet"
    types = ["VARCHAR", "VARCHAR", "INTEGER", "VARCHAR", "TIMESTAMP", "VARCHAR", "DOUBLE"]
    values = ["14", "T1", 44021, "2020-01", datetime(2020, 2, 1), "BETALING", float("nan")]
    save_parquet(table, names, types, [values, ["15", *values[1:4], datetime(2020, 2, 1, 1), "BETALING", 445.0]])
    parquet, xlsx = deliver([book, table], KEY).deliveries
    (loaded,) = xlsx.rows
    assert (loaded.values["betaling_id"], loaded.values["ocmw_nis"]) == ("12", "44021")
    assert (loaded.values["betaaldatum"], loaded.values["bedrag"]) == (date(2020, 2, 1), Decimal("0.30"))
    assert xlsx.quarantined == {4: {"invalid_prestatiemaand"}}
    assert parquet.quarantined == {1: {"missing_bedrag"}, 2: {"invalid_betaaldatum"}}


def test_ledger_over_two_runs(tmp_path: Path) -> None:
    good, copy, bad = (tmp_path / f"trajecten_2021-0{n}-01.csv" for n in (1, 2, 3))
    good.write_text(f"{HEADER}\n{row()}\n")
    copy.write_text(f"{HEADER}\n{row()}\n")
    bad.write_text("traject_id\nT1\n")
    ledger = deliver([bad, copy, good, tmp_path / "README.md"], KEY)
    assert [(each.file_name, each.status) for each in ledger.deliveries] == [
        (good.name, "accepted"),
        (bad.name, "rejected"),
    ]
    assert (ledger.already_loaded, ledger.not_deliveries) == ([copy.name], ["README.md"])
    assert ledger.deliveries[1].message == "missing columns: klant_id, ocmw_nis, startdatum"
    good.write_text(f"{HEADER}\n{row(id='T2')}\n")  # the name is taken
    deliver([bad, good], KEY, ledger)
    bad.write_text(f"{HEADER}\n{row(id='T3')}\n")  # mended under its own name
    deliver([bad], KEY, ledger)
    states = [(each.file_name[10:17], each.status) for each in ledger.deliveries]
    assert states == [
        ("2021-01", "accepted"),
        ("2021-03", "rejected"),
        ("2021-01", "rejected"),
        ("2021-03", "accepted"),
    ]
    assert len(marts(ledger)["deliveries"]) == 4
    assert len(marts(ledger, date(2021, 1, 31))["deliveries"]) == 2
    assert marts(ledger, date(2020, 1, 1))["deliveries"] == []


def test_nothing_accepted(tmp_path: Path) -> None:
    empty = tmp_path / "leefloners_2021-01-01.csv"
    empty.write_bytes(b"")
    tables = marts(deliver([empty], KEY))
    assert [each["status"] for each in tables["deliveries"]] == ["rejected"]
    assert tables["mart_intake"] == [] and marts(Ledger(deliver([], KEY).geography))["deliveries"] == []


@pytest.mark.parametrize(
    "name",
    [
        "trajecten_2021-02-29.csv",
        "Trajecten_2021-01-01.csv",
        "trajecten_2021-01-01_a_b.csv",
        "trajecten_2021-01-01.CSV",
    ],
)
def test_names_that_are_no_deliveries(name: str) -> None:
    assert name_parts(name) is None
    assert name_parts("art60_tewerkstellingen_2021-01-01_OCMW-x.parquet") == (
        "art60_tewerkstellingen",
        date(2021, 1, 1),
    )
