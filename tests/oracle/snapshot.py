"""The warehouse at one as_of: the newest version of every key, and the places its codes resolve to."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from .door import Delivery, Ledger
from .geography import Geography, Municipality
from .identity import changes_of, last_key
from .sources import SOURCES

Fact = dict[str, Any]
MartRow = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """rows: source -> current rows (typed values, and `_file`: the file that holds the current version)."""

    as_of: date
    geography_date: date
    geography: Geography
    rows: dict[str, list[Fact]]

    def grouped(self, source: str, column: str) -> dict[str, list[Fact]]:
        """Current rows of a source by the value of a column; nothing for a value that does not occur."""
        groups: dict[str, list[Fact]] = defaultdict(list)
        for row in self.rows[source]:
            groups[row[column]].append(row)
        return groups

    def place(self, code: str) -> Municipality:
        return self.geography.resolve(code, self.geography_date)

    def ended(self) -> list[Fact]:
        return [row for row in self.rows["trajecten"] if row["einddatum"] and row["einddatum"] <= self.as_of]


def base(year: int, place: Municipality) -> MartRow:
    """The columns that every mart carries."""
    return {
        "year": year,
        "nis_code": place.nis_code,
        "municipality": place.municipality,
        "province": place.province,
        "is_centre_city": place.is_centre_city,
    }


def newest_first(deliveries: Iterable[Delivery]) -> list[Delivery]:
    return sorted(deliveries, key=lambda each: (each.delivered_on, each.file_name), reverse=True)


def visible(ledger: Ledger, as_of: date) -> list[Delivery]:
    return [each for each in ledger.accepted if each.delivered_on <= as_of]


def default_as_of(ledger: Ledger) -> date | None:
    return max((each.delivered_on for each in ledger.accepted), default=None)


def delivered_rows(ledger: Ledger, source: str, as_of: date) -> list[Fact]:
    """For each key the row of the newest delivery that loaded one; none when that row withdraws the key."""
    newest: dict[tuple, Fact | None] = {}
    for delivery in newest_first(visible(ledger, as_of)):
        if delivery.source != source:
            continue
        for row in delivery.rows:
            key = tuple(row.values[SOURCES[source].column(name).lake_name] for name in SOURCES[source].key)
            if key not in newest:
                newest[key] = None if row.verwijderd else {**row.values, "_file": delivery.file_name}
    return [row for row in newest.values() if row is not None]


def current_rows(ledger: Ledger, source: str, as_of: date) -> list[Fact]:
    """The current rows of a source, with every client under the last number that is known of them."""
    rows = delivered_rows(ledger, source, as_of)
    changes = changes_of(delivered_rows(ledger, "insz_wijzigingen", as_of))
    return [row | {"client_key": last_key(row["client_key"], changes)} if "client_key" in row else row for row in rows]


def snapshot(ledger: Ledger, as_of: date, geography_date: date | None = None) -> Snapshot:
    return Snapshot(
        as_of,
        geography_date or as_of,
        ledger.geography,
        {source: current_rows(ledger, source, as_of) for source in SOURCES},
    )


def count_by(
    snap: Snapshot, keys: tuple[str, ...], cells: Iterable[tuple], measure: str = "trajectories"
) -> list[MartRow]:
    """One mart row per (year, municipality, *keys) with the number of times it occurs.

    `cells` are tuples (year, code as delivered, *key values).
    """
    counts = Counter((year, snap.place(code), *rest) for year, code, *rest in cells)
    return [
        {**base(year, place), **dict(zip(keys, rest, strict=True)), measure: number}
        for (year, place, *rest), number in counts.items()
    ]


def group_by_place(snap: Snapshot, cells: Iterable[tuple[int, str, Fact]]) -> list[tuple[MartRow, list[Fact]]]:
    """Gather (year, code as delivered, fact) per year and municipality: (base columns, facts)."""
    groups: dict[tuple[int, Municipality], list[Fact]] = defaultdict(list)
    for year, code, fact in cells:
        groups[year, snap.place(code)].append(fact)
    return [(base(year, place), facts) for (year, place), facts in groups.items()]
