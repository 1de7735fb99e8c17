"""All marts and the tables published beside them, as lists of rows.

Values are int, str, bool, date, Decimal (money), float (means and ratios) or None.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from .door import Delivery, Ledger
from .ended import aftercare, competence, ended_duration, outflow, transmissions
from .geography import NOT_ASSIGNABLE, NOWHERE
from .identity import changes_of, runs_into_circle
from .intake import intake
from .money import wage_subsidies
from .ratio import activation_ratio
from .snapshot import Fact, MartRow, Snapshot, default_as_of, snapshot, visible
from .started import started_duration, started_profile

MARTS = {
    "mart_started_duration": started_duration,
    "mart_started_profile": started_profile,
    "mart_wage_subsidies": wage_subsidies,
    "mart_ended_duration": ended_duration,
    "mart_outflow": outflow,
    "mart_competence": competence,
    "mart_transmissions": transmissions,
    "mart_activation_ratio": activation_ratio,
    "mart_aftercare": aftercare,
    "mart_intake": intake,
}
OF_A_TRAJECTORY = ("klantprofielen", "art60_tewerkstellingen", "loontoelagen")


def marts(ledger: Ledger, as_of: date | None = None, geography_date: date | None = None) -> dict[str, list[MartRow]]:
    """The ten marts, `deliveries`, `quarantine_reasons`, `warehouse_findings` and `municipalities`.

    as_of: None for the default, the newest accepted `delivered_on`; geography_date: None for as_of. With
    nothing accepted and no as_of the marts are empty.
    """
    day = as_of or default_as_of(ledger)
    tables: dict[str, list[MartRow]] = {name: [] for name in MARTS}
    tables["warehouse_findings"], tables["municipalities"] = [], []
    accepted: list[Delivery] = []
    if day is not None:
        snap = snapshot(ledger, day, geography_date)
        tables |= {name: mart(snap) for name, mart in MARTS.items()}
        tables["municipalities"] = municipalities(snap, tables)
        tables["warehouse_findings"] = findings(snap)
        accepted = visible(ledger, day)
    rejected = [
        each
        for each in ledger.deliveries
        if each.status == "rejected" and (as_of in (None, default_as_of(ledger)) or each.delivered_on <= as_of)
    ]
    tables["deliveries"] = [delivery_row(each) for each in (*accepted, *rejected)]
    tables["quarantine_reasons"] = [
        {"file_name": each.file_name, "source": each.source, "rule": rule, "on_fail": on_fail, "rows": rows}
        for each in accepted
        for (rule, on_fail), rows in each.reasons.items()
    ]
    return tables


def delivery_row(each: Delivery) -> MartRow:
    """A row of `deliveries`; the message is left out, since its words are free."""
    names = ("file_name", "source", "delivered_on", "status", "sha256")
    counts = ("rows_read", "rows_accepted", "rows_quarantined", "rows_warned")
    return {name: getattr(each, name) for name in (*names, *counts)}


def overlap(one: Fact, other: Fact) -> bool:
    """Whether two trajectories have a day in common (bounds inclusive, an empty end is open)."""
    return (other["einddatum"] is None or one["startdatum"] <= other["einddatum"]) and (
        one["einddatum"] is None or other["startdatum"] <= one["einddatum"]
    )


def findings(snap: Snapshot) -> list[MartRow]:
    """Warnings that only the warehouse can see, per file that holds the current version of the row."""
    counts = Counter(found(snap))
    return [
        {"source": source, "rule": rule, "file_name": file_name, "rows": rows}
        for (source, rule, file_name), rows in counts.items()
    ]


def found(snap: Snapshot) -> Iterator[tuple[str, str, str]]:
    known = {row["traject_id"] for row in snap.rows["trajecten"]}
    for source in OF_A_TRAJECTORY:
        for row in snap.rows[source]:
            if row["traject_id"] not in known:
                yield source, "unknown_trajectory", row["_file"]
    for trajectories in snap.grouped("trajecten", "client_key").values():
        for one in trajectories:
            if any(overlap(one, other) for other in trajectories if other is not one):
                yield "trajecten", "overlapping_trajectory", one["_file"]
    changes = changes_of(snap.rows["insz_wijzigingen"])
    for row in snap.rows["insz_wijzigingen"]:
        if runs_into_circle(row["oude_insz_key"], changes):
            yield "insz_wijzigingen", "number_circle", row["_file"]


def municipalities(snap: Snapshot, tables: dict[str, list[MartRow]]) -> list[MartRow]:
    """Every municipality of the reporting geography, and 99999 only when a mart holds it."""
    places = snap.geography.all_on(snap.geography_date)
    if any(row["nis_code"] == NOT_ASSIGNABLE for name in MARTS for row in tables[name]):
        places.append(NOWHERE)
    columns = ("nis_code", "municipality", "province", "arrondissement", "is_centre_city", "longitude", "latitude")
    return [{column: getattr(place, column) for column in columns} for place in places]
