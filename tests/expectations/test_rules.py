# ruff: noqa: E501 (a row of a table is read across)
"""The rules of every source at their edges, as deliveries: the last column says what the door must make of the row.

`reject:` and `warn:` are the severity, so that a rule that was loosened in its YAML is noticed here in a second, and
not only by the comparison with the oracle. The rules of single columns are in test_contract and test_parsing.
"""

from pathlib import Path

import pytest

from expectations import contract
from orchestration.store.paths import DataFolder
from tests.oracle.sources import SOURCES
from tests.support.deliveries import ascii_table, load, rows_of, write

# How often a source is delivered, the days after which it is late, and overdue; of all but these it is MONTHLY.
MONTHLY = ("month", 10, 20)
RHYTHMS = {"leefloners": ("quarter", 15, 30), "arbeidsmarktposities": ("quarter", 15, 30), "insz_wijzigingen": None}
# All are delivered on 2026-01-31. 24 completed months from 2020-01-01 last until 2022-01-30.
TABLES = {
    "trajecten": """
        traject_id | klant_id    | ocmw_nis | startdatum | vermoedelijke_einddatum | einddatum  | beeindiging | makes
        same day   | 93051822361 | 44021    | 2020-01-01 | 2020-01-01              | 2020-01-01 | UITGEVOERD  |
        24 months  | 93051822361 | 44021    | 2020-01-01 | 2022-01-30              | 2022-01-30 | UITGEVOERD  |
        expected   | 93051822361 | 44021    | 2020-01-01 | 2022-01-31              |            |             | warn:expected_over_24_months
        lasted     | 93051822361 | 44021    | 2020-01-01 |                         | 2022-01-31 | VROEGTIJDIG | warn:over_24_months
        backwards  | 93051822361 | 44021    | 2020-01-01 | 2019-12-31              |            |             | reject:expected_end_before_start
        backwards2 | 93051822361 | 44021    | 2020-01-01 |                         | 2019-12-31 | UITGEVOERD  | reject:end_before_start
        no end     | 93051822361 | 44021    | 2020-01-01 |                         |            | UITGEVOERD  | reject:ending_without_end_date
        no ending  | 93051822361 | 44021    | 2020-01-01 |                         | 2020-12-31 |             | reject:end_date_without_ending
        today      | 93051822361 | 44021    | 2026-01-31 |                         |            |             |
        tomorrow   | 93051822361 | 44021    | 2026-02-01 |                         |            |             | warn:starts_after_delivery
        last day   | 93051822361 | 44001    | 2018-12-31 |                         |            |             |
        merged     | 93051822361 | 44001    | 2019-01-01 |                         |            |             | warn:nis_not_valid_on_date
    """,
    "loontoelagen": """
        betaling_id | traject_id | ocmw_nis | prestatiemaand | betaaldatum | soort     | bedrag | makes
        a cent      | T1         | 44021    | 2020-01        | 2020-02-15  | BETALING  | 0,01   |
        nothing     | T1         | 44021    | 2020-01        | 2020-02-15  | BETALING  | 0      | reject:amount_not_positive
        back        | T1         | 44021    | 2020-01        | 2020-02-15  | CORRECTIE | -0,01  |
        no change   | T1         | 44021    | 2020-01        | 2020-02-15  | CORRECTIE | 0,00   | reject:amount_zero
        first day   | T1         | 44021    | 2020-01        | 2020-01-01  | BETALING  | 10     |
        too soon    | T1         | 44021    | 2020-01        | 2019-12-31  | BETALING  | 10     | reject:paid_before_performance
        ten years   | T1         | 44021    | 2020-02        | 2030-02-28  | CORRECTIE | 10     |
        too late    | T1         | 44021    | 2020-02        | 2030-03-01  | CORRECTIE | 10     | reject:correction_after_10_years
    """,
    "art60_tewerkstellingen": """
        tewerkstelling_id | traject_id | startdatum | einddatum  | makes
        same day          | T1         | 2020-01-02 | 2020-01-02 |
        backwards         | T1         | 2020-01-02 | 2020-01-01 | reject:end_before_start
    """,
    "begeleidingsacties": """
        actie_id  | klant_id    | type | startdatum | einddatum  | makes
        same day  | 93051822361 | WES  | 2020-01-02 | 2020-01-02 |
        backwards | 93051822361 | WES  | 2020-01-02 | 2020-01-01 | reject:end_before_start
    """,
    "arbeidsmarktposities": """
        positie_id | klant_id    | positie | startdatum | einddatum  | makes
        same day   | 93051822361 | NEC     | 2020-01-02 | 2020-01-02 |
        backwards  | 93051822361 | NEC     | 2020-01-02 | 2020-01-01 | reject:end_before_start
    """,
    "insz_wijzigingen": """
        oude_insz       | nieuwe_insz | ingangsdatum | verwijderd | makes
        85210112333     | 93051822361 | 2020-01-01   |            |
        93.05.18-223.61 | 93051822361 | 2020-01-01   |            | reject:same_number
        72450199823     | 72450199823 |              | J          |
    """,
}
OUTCOMES = {"quarantined": "reject", "warned": "warn"}


@pytest.mark.parametrize("source", TABLES)
def test_each_row_is_what_the_last_column_says(data: DataFolder, tmp_path: Path, source: str) -> None:
    header, *rows = ascii_table(TABLES[source])
    table = "\n".join(" | ".join(row[:-1]) for row in (header, *rows))
    done = load(data, write(tmp_path, f"{source}_2026-01-31.csv", table))
    (kept,) = (data.quarantine / source).glob("*.parquet")
    made = {r["row_number"]: [f"{OUTCOMES[r['outcome']]}:{rule}" for rule in r["rules"]] for r in rows_of(kept)}
    expected = {(number, row[0]): [row[-1]] if row[-1] else [] for number, row in enumerate(rows, 2)}
    assert {(number, name): made.get(number, []) for number, name in expected} == expected
    assert done.total("rows_read") == len(rows)


def test_every_rule_of_a_source_has_its_edge_here() -> None:
    own = {
        source: {f"{r.on_fail}:{r.name}" for r in contract.load(source).rules if r.meaning and is_own(r.name)}
        for source in contract.sources()
    }
    shown = {source: {row[-1] for row in ascii_table(table)[1:] if row[-1]} for source, table in TABLES.items()}
    assert {source: rules for source, rules in own.items() if rules} == shown


def is_own(name: str) -> bool:
    """Is it a rule of one source, and not of all sources or of a single column?"""
    common = {"malformed_row", "duplicate_row", "conflicting_key", "person_number_as_key"}
    return name not in common and not name.startswith(("missing_", "invalid_", "implausible_"))


@pytest.mark.parametrize("source", SOURCES)
def test_a_source_is_waited_for_as_long_as_was_agreed(source: str) -> None:
    rhythm = contract.load(source).rhythm
    told = rhythm and (rhythm.every, rhythm.late_after_days, rhythm.overdue_after_days)
    assert told == RHYTHMS.get(source, MONTHLY)
