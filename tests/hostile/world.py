"""What happens in the made-up world: clients, trajectories and all that hangs on them, close to every edge."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from ..oracle.calendar import add_months
from ..oracle.sources import SOURCES
from .values import EDGE_DAYS, IMPOSSIBLE, PARTLY_KNOWN, insz, near, odd_insz, some_day

Fact = dict[str, Any]

# Codes of all three geographies, small on purpose: mergers of 2019 and 2025, names that repeat (Aalter, Deinze,
# Lochristi, Hasselt), Antwerpen that keeps its code, Zwijndrecht that changes province.
NIS_POOL = (
    "11002", "11007", "11056", "46003", "46030", "44011", "44049", "44083", "44001", "44084",
    "71022", "71072", "44034", "44087", "44021", "44021", "11002", "73006", "73110", "73032",
)  # fmt: skip

STRANGE_IDS = (
    "007",
    "1e5",
    "NaN",
    "null",
    "None",
    "N/A",
    "TRUE",
    "12.0",
    "=1+2",
    "a;b",
    "a,b",
    'zeg "ja"',
    "O'Neill",
    "é-ü-€",
    "1042",
    "2020-01-01",
    "t0001",
    "T 1",
    "-",
    "x" * 36,
    "é" * 36,
    "+32",
    "%",
    "\\N",
    "''",
)


@dataclass(frozen=True)
class Options:
    """first/last: days of the first and last delivery (last is always used). rows: per delivery, from-to.

    bad_share: share of rows that break a rule. broken: also files that are refused, repeated or misnamed.
    """

    deliveries: int = 44
    rows: tuple[int, int] = (20, 80)
    first: date = date(2019, 3, 1)
    last: date = date(2026, 2, 28)
    clients: int = 40
    trajectories: int = 110
    bad_share: float = 0.2
    broken: bool = True
    formats: tuple[str, ...] = ("csv", "xlsx", "parquet")
    sources: tuple[str, ...] = tuple(SOURCES)


@dataclass
class World:
    """delivered: source -> key -> newest row sent. plan: trajectories, delivered or not.

    numbers: of every number, all those of the same person. changes: old and new numbers not yet told.
    """

    rng: Random
    options: Options
    clients: list[str] = field(default_factory=list)
    numbers: dict[str, list[str]] = field(default_factory=dict)
    changes: list[tuple[str, str]] = field(default_factory=list)
    plan: list[Fact] = field(default_factory=list)
    waiting: list[Fact] = field(default_factory=list)
    delivered: dict[str, dict[tuple, Fact]] = field(default_factory=lambda: {name: {} for name in SOURCES})
    serial: int = 0

    def populate(self) -> None:
        self.clients = [self.birth(number) for number in range(self.options.clients)]
        self.renumber()
        new = [self.trajectory() for _ in range(self.options.trajectories)]
        self.plan += new
        self.waiting += new

    def birth(self, number: int) -> str:
        """Births before and from 2000, bis numbers, a serial that starts with zeros, and dates that cannot be."""
        if number % 13 == 7:
            return odd_insz(self.rng, self.rng.choice((IMPOSSIBLE, PARTLY_KNOWN)))
        first = date(2000, 1, 1) if number % 3 == 0 else date(1955, 1, 1)
        last = date(2008, 12, 31) if number % 3 == 0 else date(1999, 12, 31)
        last = self.options.last if number % 12 == 9 else last  # perhaps not yet born when delivered
        bis = (0, 0, 0, 20, 40)[number % 5]
        return insz(self.rng, some_day(self.rng, first, last), bis)

    def person(self) -> str:
        """A number that can be somebody's, and is no client's."""
        return insz(self.rng, some_day(self.rng, date(1955, 1, 1), date(2008, 12, 31)), self.rng.choice((0, 0, 20, 40)))

    def renumber(self) -> None:
        """Some people change numbers, up to three times; some turn out to be one; some changes run in a circle."""
        for index, client in enumerate(self.clients[1::2]):
            chain = [client, *(self.person() for _ in range(self.rng.choice((1, 1, 2, 3))))]
            self.changes += pairwise(chain)
            if index % 4 == 1:
                other = self.clients[2 * index]  # who stands before is the same person
                self.changes.append((other, self.rng.choice(chain)))
                chain.append(other)
            elif index % 4 == 2:
                self.changes.append((chain[-1], self.rng.choice(chain[:-1])))
            self.numbers |= dict.fromkeys(chain, chain)

    def any_number(self, client: str) -> str:
        return self.rng.choice(self.numbers.get(client, [client]))

    def new_id(self, prefix: str) -> str:
        self.serial += 1
        if self.rng.random() < 0.04:
            return self.person()
        if self.rng.random() < 0.12:
            strange = self.rng.choice(STRANGE_IDS)
            return strange if len(strange) > 30 or self.rng.random() < 0.5 else f"{strange}{self.serial}"
        return f"{prefix}{self.serial:04d}"

    def some_client(self) -> str:
        return self.any_number(self.clients[int(len(self.clients) * self.rng.random() ** 1.5)])

    def some_end(self, start: date) -> date:
        """An end near a whole number of months, near as_of, or near as_of minus twelve months."""
        last = self.options.last
        if self.rng.random() < 0.2:
            edge = near(self.rng, self.rng.choice((last, add_months(last, -12))))
        else:
            months = self.rng.choice((0, 1, 2, 3, 5, 6, 11, 12, 12, 17, 18, 23, 24, 24, 25, 31))
            edge = near(self.rng, add_months(start, months) - timedelta(days=1), self.rng.choice((1, 1, 15)))
        return max(edge, start)

    def trajectory(self) -> Fact:
        rng = self.rng
        start = rng.choice(EDGE_DAYS) if rng.random() < 0.3 else some_day(rng, date(2017, 1, 1), self.options.last)
        end = self.some_end(start) if rng.random() < 0.8 else None
        return {
            "traject_id": self.new_id("T"),
            "klant_id": self.some_client(),
            "ocmw_nis": rng.choice(NIS_POOL),
            "startdatum": start,
            "vermoedelijke_einddatum": self.some_end(start) if rng.random() < 0.85 else None,
            "einddatum": end,
            "beeindiging": rng.choice(("UITGEVOERD", "VROEGTIJDIG")) if end else None,
        }

    def some_trajectory(self) -> Fact:
        return self.rng.choice(self.plan)

    def ended_trajectory(self) -> Fact:
        return self.rng.choice([row for row in self.plan if row["einddatum"]] or [self.trajectory()])

    def trajectory_id(self) -> str:
        return (
            f"T-onbekend-{self.rng.randint(1, 9)}" if self.rng.random() < 0.06 else self.some_trajectory()["traject_id"]
        )
