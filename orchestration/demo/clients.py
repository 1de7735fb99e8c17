"""Clients: who takes which trajectory, who was screened, and the synthetic persons behind them.

The INSZ numbers pass the checksum, but belong to nobody: the day counter runs down from 998 (real counters start at
001 and stay far below), in the order in which this module deals them out. Some people get their number in the middle of
a trajectory, and have a bis number before that.
"""

import heapq
from dataclasses import dataclass

import numpy as np

from .arrays import MISSING, choose, day, generator
from .delivery_format import CRITERIA
from .municipalities import draw_units
from .trajectories import Trajectories

MALE, FEMALE, OTHER = 0, 1, 2

#: Share of ended trajectories whose client is ready for another one in the same OCMW, half a year or more later.
RETURN_SHARE = 0.13
#: Share of the trajectories that overlap another one of the same client (a double registration).
OVERLAP_SHARE = 0.0008


@dataclass(frozen=True)
class People:
    """Persons. `sex` 0 M, 1 V, 2 X; yes/no columns hold 0 for yes, 1 for no and -1 for unknown."""

    insz: np.ndarray
    birth: np.ndarray
    sex: np.ndarray
    short_schooled: np.ndarray
    migration: np.ndarray


@dataclass(frozen=True)
class Links:
    """Which client takes each trajectory; `until` is the day before the client's next one (a far day if none)."""

    client: np.ndarray
    until: np.ndarray
    overlapping: int

    @property
    def clients(self) -> int:
        """Number of clients; they are numbered from 0."""
        return int(self.client.max()) + 1


def link_clients(drawn: Trajectories, seed: int) -> Links:
    """Deal the trajectories out to clients, so that about one client in ten has more than one."""
    rng = generator(seed, "clients")
    count = len(drawn)
    returns = (rng.random(count) < RETURN_SHARE) & drawn.ended
    pause = rng.integers(40, 600, count)
    waiting: dict[int, list[tuple[int, int]]] = {}
    client = np.empty(count, dtype=np.int32)
    previous = np.full(count, -1, dtype=np.int32)
    clients = 0
    for index in range(count):
        queue = waiting.setdefault(int(drawn.unit[index]), [])
        if queue and queue[0][0] <= drawn.start[index]:
            previous[index] = heapq.heappop(queue)[1]
            client[index] = client[previous[index]]
        else:
            client[index] = clients
            clients += 1
        if returns[index]:
            heapq.heappush(queue, (int(drawn.end[index] + pause[index]), index))
    until = np.full(count, day(2200), dtype=np.int32)
    again = previous >= 0
    until[previous[again]] = drawn.start[again] - 1
    pairs = _overlap(rng, drawn, client)
    _, client = np.unique(client, return_inverse=True)
    return Links(client.astype(np.int32), until, 2 * pairs)


def _overlap(rng: np.random.Generator, drawn: Trajectories, client: np.ndarray) -> int:
    """Give pairs of overlapping trajectories of one OCMW the same client; returns the number of pairs."""
    wanted = max(1, round(len(drawn) * OVERLAP_SHARE))
    single = np.bincount(client)[client] == 1
    by_unit = np.lexsort((drawn.start, drawn.unit))
    by_start = np.arange(len(drawn))
    for order, same in ((by_unit, True), (by_start, False)):
        first, second = order[:-1], order[1:]
        fits = single[first] & single[second] & (drawn.start[second] <= drawn.end[first])
        if same:
            fits &= drawn.unit[first] == drawn.unit[second]
        pairs = np.flatnonzero(fits)[::2]
        pairs = pairs[np.diff(pairs, prepend=-2) > 1]
        if len(pairs):
            chosen = rng.choice(pairs, size=min(wanted, len(pairs)), replace=False)
            client[second[chosen]] = client[first[chosen]]
            return len(chosen)
    return 0


def draw_people(seed: int, first_day: np.ndarray, migration_share: np.ndarray) -> People:
    """One person for each first day in the measure, 18 to 64 years old on that day.

    `migration_share` is each person's chance of a migration background (general knowledge: higher in large cities).
    """
    rng = generator(seed, "people")
    count = len(first_day)
    youngest = choose(rng, {18: 17, 25: 42, 40: 31, 55: 10}, count)
    width = np.select([youngest == 18, youngest == 25, youngest == 40], [7, 15, 15], default=10)
    age = youngest + np.floor(rng.random(count) * width)
    birth = (first_day - np.floor((age + rng.random(count)) * 365.2425)).astype(np.int32)
    sex = choose(rng, {MALE: 0.545, FEMALE: 0.452, OTHER: 0.003}, count)
    short = choose(rng, {0: 0.60, 1: 0.37, MISSING: 0.03}, count)
    migration = np.where(rng.random(count) < migration_share, 0, 1)
    migration = np.where(rng.random(count) < 0.04, MISSING, migration).astype(np.int32)
    return People(_insz(rng, birth, sex), birth, sex, short, migration)


def age_on(birth: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Age in full years on a day."""
    born, now = birth.astype("datetime64[D]"), days.astype("datetime64[D]")
    born_month, month = born.astype("datetime64[M]"), now.astype("datetime64[M]")
    months = (month - born_month).astype(np.int32)
    months -= (now - month) < (born - born_month)
    return months // 12


def _insz(rng: np.random.Generator, birth: np.ndarray, sex: np.ndarray) -> np.ndarray:
    """Eleven digits as an integer; about 4 % are bis numbers (month + 20 or + 40). Unique for each person."""
    bis = choose(rng, {0: 0.96, 20: 0.015, 40: 0.025}, len(birth))
    even = np.where(sex == OTHER, rng.integers(0, 2, len(birth)), sex == FEMALE).astype(np.int64)
    return _dealt(birth, bis, even, 997)


def _dealt(birth: np.ndarray, bis: np.ndarray | int, even: np.ndarray, highest: int) -> np.ndarray:
    """Numbers with day counters from `highest` (an odd number) down, or from one more where `even` is 1."""
    born = birth.astype("datetime64[D]")
    month_index = born.astype("datetime64[M]").astype(np.int64)
    year, month = 1970 + month_index // 12, month_index % 12 + 1
    day_of_month = (born - born.astype("datetime64[M]")).astype(np.int64) + 1
    six = (year % 100) * 10_000 + (month + bis) * 100 + day_of_month
    group = (year // 100 * 1_000_000 + six) * 2 + even
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    rank = np.empty(len(birth), dtype=np.int64)
    rank[order] = np.arange(len(birth)) - np.searchsorted(ordered, ordered, side="left")
    nine = six * 1000 + highest + even - 2 * rank
    check = 97 - (nine + np.where(year >= 2000, 2_000_000_000, 0)) % 97
    return nine * 100 + check


#: Share of the clients who get another number in the middle of their first trajectory (general knowledge: a newcomer
#: has a bis number first), and how many there are at least.
CHANGED_SHARE, FEWEST_CHANGED = 0.03, 3


@dataclass(frozen=True)
class ChangedNumbers:
    """People who got another number. `person`: who they are; `before`: their former INSZ; `day`: the first day of the
    present one, which is that of `People`."""

    person: np.ndarray
    before: np.ndarray
    day: np.ndarray

    def insz_on(self, people: People, person: np.ndarray, days: np.ndarray) -> np.ndarray:
        """The number that each person had on a day."""
        known = people.insz.copy()
        known[self.person] = self.before
        since = np.full(len(people.insz), MISSING, dtype=np.int32)
        since[self.person] = self.day
        return np.where(days < since[person], known[person], people.insz[person])


def draw_number_changes(drawn: Trajectories, links: Links, people: People, seed: int) -> ChangedNumbers:
    """Clients whose number changes between their first trajectory's second month and its last; in order of day."""
    rng = generator(seed, "numbers")
    person, first = np.unique(links.client, return_index=True)
    last = np.minimum(drawn.end, drawn.last_day)[first]
    fits = np.flatnonzero(last - drawn.start[first] >= 90)
    count = min(max(round(len(person) * CHANGED_SHARE), FEWEST_CHANGED), len(fits))
    chosen = rng.choice(fits, count, replace=False)
    days = rng.integers(drawn.start[first][chosen] + 30, last[chosen] - 30).astype(np.int32)
    order = np.lexsort((chosen, days))
    chosen, days = person[chosen[order]], days[order]
    even = (people.insz[chosen] // 100 % 2 == 0).astype(np.int64)
    return ChangedNumbers(chosen, _dealt(people.birth[chosen], 40, even, 897), days)


REFERRED, NOT_REFERRED = 0, 1
NO = 1
#: People screened but not referred, for every trajectory (general knowledge).
NOT_REFERRED_SHARE = 0.35


@dataclass(frozen=True)
class Screenings:
    """Screenings by day. `person` numbers the clients first, then those who never started."""

    person: np.ndarray
    unit: np.ndarray
    day: np.ndarray
    decision: np.ndarray
    criteria: np.ndarray


def draw_screenings(drawn: Trajectories, client: np.ndarray, clients: int, share: np.ndarray, seed: int) -> Screenings:
    """One screening per trajectory and `NOT_REFERRED_SHARE` more. `criteria` has one column per criterion."""
    rng = generator(seed, "screenings")
    count = len(drawn)
    others = round(count * NOT_REFERRED_SHARE)
    before = np.maximum(drawn.start - rng.integers(3, 70, count), day(2017, 1, 2))
    days = np.concatenate([np.minimum(before, drawn.start), rng.choice(drawn.start, others)])
    person = np.concatenate([client, clients + np.arange(others)])
    unit = np.concatenate([drawn.unit, draw_units(rng, share, others)])
    decision = np.repeat([REFERRED, NOT_REFERRED], [count, others])

    total = count + others
    fails = rng.random(total) < np.where(decision == REFERRED, 0.07, 0.86)
    criteria = np.zeros((total, len(CRITERIA)), dtype=np.int32)
    weakest = rng.choice(len(CRITERIA), total, p=[0.15, 0.15, 0.45, 0.25])
    criteria[np.flatnonzero(fails), weakest[fails]] = NO
    criteria[(rng.random(criteria.shape) < 0.12) & fails[:, None]] = NO
    blank = (rng.random(total) < np.where(decision == REFERRED, 0.04, 0.10))[:, None]
    criteria[(rng.random(criteria.shape) < 0.4) & blank] = MISSING
    table = (person, unit, days.astype(np.int32), decision, criteria)
    order = np.lexsort((person, days))
    return Screenings(*(column[order] for column in table))
