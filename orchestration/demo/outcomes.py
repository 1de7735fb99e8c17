"""What follows from a trajectory: guidance, positions on the labour market, transmissions and wage subsidies.

Guidance, training and workplace learning happen during the trajectory, after the art. 60 job and after the end; a
transmission is a file handed to the Controledienst. One function per source, all rows sound.
"""

import numpy as np

from . import published_totals
from .arrays import MISSING, choose, day, generator, month_length, month_of, month_start, taken, year_of
from .clients import age_on
from .schedule import Rows, once, spells
from .world import World

#: Actions by number, in the order of `delivery_format.ACTIONS`.
WES, IBO, WORK_STAGE, COURSE, COACHING = range(5)

#: (action, chance, shortest, longest in days) after the last art. 60 job, when a month or more is left (general
#: knowledge: WES, IBO and opleidingsstage with coaching are the instruments of that period).
AFTER_JOB = ((WES, 0.34, 14, 60), (IBO, 0.13, 28, 180), (WORK_STAGE, 0.16, 14, 90), (COACHING, 0.45, 30, 180))
#: The same in the twelve months after the end of the trajectory.
AFTER_END = (
    (COURSE, 0.14, 10, 240),
    (WORK_STAGE, 0.05, 14, 90),
    (IBO, 0.07, 28, 180),
    (WES, 0.03, 14, 60),
    (COACHING, 0.06, 30, 180),
)


def begeleidingsacties(world: World) -> Rows:
    """About two guidance actions per trajectory, delivered open and again when they end."""
    rng = generator(world.seed, "guidance")
    drawn, jobs = world.trajectories, world.jobs
    count = len(drawn)
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []

    def add(chosen: np.ndarray, kind: int, start: np.ndarray, end: np.ndarray) -> None:
        rows = np.flatnonzero(chosen)
        parts.append((rows, np.full(len(rows), kind), start[rows], np.maximum(end, start)[rows]))

    length = drawn.end - drawn.start
    begun = drawn.start + rng.integers(0, 30, count)
    add((rng.random(count) < 0.72) & (length > 40), COACHING, begun, drawn.end - rng.integers(0, 20, count))
    begun = drawn.start + np.floor(length * rng.uniform(0.05, 0.8, count)).astype(np.int32)
    short = np.minimum(begun + rng.integers(5, 90, count), drawn.end)  # recognised short training: 3 months at most
    add((rng.random(count) < 0.20) & (length > 60), COURSE, begun, short)

    room = np.where(jobs.last_end == MISSING, -1, drawn.end - jobs.last_end)
    for kind, chance, shortest, longest in AFTER_JOB:
        begun = jobs.last_end + 1 + np.floor(np.maximum(room, 0) * rng.uniform(0, 0.5, count)).astype(np.int32)
        lasting = begun + rng.integers(shortest, longest, count)
        add((room >= 30) & (rng.random(count) < chance), kind, begun, lasting)
    for kind, chance, shortest, longest in AFTER_END:
        begun = drawn.end + 1 + rng.integers(0, 420, count)  # some begin after the twelve months
        lasting = begun + rng.integers(shortest, longest, count)
        add(drawn.ended & (rng.random(count) < chance), kind, begun, lasting)

    trajectory, kinds, start, end = (np.concatenate(column).astype(np.int32) for column in zip(*parts, strict=True))
    columns = {"klant_id": world.insz_on(trajectory, start), "type": kinds, "startdatum": start, "einddatum": end}
    return spells("begeleidingsacties", taken(columns, np.lexsort((kinds, trajectory, start))), world.last_year)


#: Positions by number, in the order of `delivery_format.POSITIONS`.
NEC, NEC_SOCIAL, SEC, SELF_EMPLOYED, TRAINING, JOBSEEKER, LEEFLOON, ILL, PENSION, MOVED, DEAD, OTHER = range(12)
_FINAL = (PENSION, MOVED, DEAD)

#: Exits to work by kind, and the other positions on the day after the end (general knowledge; together with
#: `published_totals.EXIT_TO_WORK_AFTER_ONE_DAY` they make up everybody whose position is known).
WORK = {NEC: 0.74, NEC_SOCIAL: 0.13, SEC: 0.10, SELF_EMPLOYED: 0.03}
ELSEWHERE = {TRAINING: 6, JOBSEEKER: 48, LEEFLOON: 27, ILL: 10, PENSION: 1.2, MOVED: 4, DEAD: 0.4, OTHER: 3.4}
#: Position of the second spell, for those whose first one ends.
NEXT_WORK = {NEC: 30, NEC_SOCIAL: 5, SEC: 4, SELF_EMPLOYED: 1.5}
NEXT_ELSEWHERE = {TRAINING: 7, JOBSEEKER: 27, LEEFLOON: 14, ILL: 6, PENSION: 0.8, MOVED: 2, DEAD: 0.3, OTHER: 2.4}
#: Share of the ended trajectories after which anything is known about the client (general knowledge).
KNOWN_SHARE = 0.975


def arbeidsmarktposities(world: World) -> Rows:
    """One or two spells for most ended trajectories, none for a few (position unknown), an overlapping one for some.

    Spells stop before the client's next trajectory. They are delivered open and again when they close.
    """
    rng = generator(world.seed, "positions")
    drawn = world.trajectories
    rows = np.flatnonzero(drawn.ended & (rng.random(len(drawn)) < KNOWN_SHARE))
    count = len(rows)
    mood = np.where(year_of(drawn.end[rows]) == 2020, 0.85, 1.0)  # fewer jobs in 2020
    works = rng.random(count) < published_totals.EXIT_TO_WORK_AFTER_ONE_DAY / KNOWN_SHARE * mood
    first = np.where(works, choose(rng, WORK, count), choose(rng, ELSEWHERE, count))
    start = drawn.end[rows] + 1 + np.where(rng.random(count) < 0.06, rng.integers(1, 60, count), 0)
    forever = day(2200)
    stays = np.isin(first, _FINAL) | (rng.random(count) < 0.12)
    length = np.where(works, rng.integers(40, 1100, count), rng.integers(20, 600, count))
    end = np.where(stays, forever, start + length)

    second = choose(rng, NEXT_WORK | NEXT_ELSEWHERE, count)
    follows = ~stays & (rng.random(count) < 0.97)
    again = end + 1 + np.where(rng.random(count) < 0.1, rng.integers(1, 90, count), 0)
    stays = np.isin(second, _FINAL) | (rng.random(count) < 0.6)
    second_end = np.where(stays, forever, again + rng.integers(120, 1200, count))

    beside = (rng.random(count) < 0.09) & ~np.isin(first, _FINAL)
    other = np.where(first == JOBSEEKER, TRAINING, JOBSEEKER)
    overlap = start + rng.integers(0, 90, count)
    overlap_end = overlap + rng.integers(30, 500, count)

    trajectory = np.concatenate([rows, rows[follows], rows[beside]])
    position = np.concatenate([first, second[follows], other[beside]])
    begin = np.concatenate([start, again[follows], overlap[beside]])
    finish = np.concatenate([end, second_end[follows], overlap_end[beside]])
    finish = np.minimum(finish, np.where(np.isin(position, _FINAL), forever, world.links.until[trajectory]))
    order = np.lexsort((position, trajectory, begin))
    order = order[(finish >= begin)[order]]
    insz = world.insz_on(trajectory, begin)
    columns = {"klant_id": insz, "positie": position, "startdatum": begin, "einddatum": finish}
    return spells("arbeidsmarktposities", taken(columns, order), world.last_year)


def transmissies(world: World) -> Rows:
    """Files handed to the Controledienst: mostly within a year of the end, more after an early end."""
    rng = generator(world.seed, "transmissions")
    drawn = world.trajectories
    rows = np.flatnonzero(drawn.ended & (rng.random(len(drawn)) < np.where(drawn.early, 0.15, 0.07)))
    days = drawn.end[rows] + 5 + np.floor(rng.gamma(2.0, 95.0, len(rows))).astype(np.int32)
    order = np.lexsort((rows, days))
    order = order[days[order] <= drawn.last_day]
    columns = {"klant_id": world.insz_on(rows[order], days[order]), "transmissiedatum": days[order]}
    return once("transmissies", year_of(days[order]), columns)


PAYMENT, CORRECTION = 0, 1
SOCIAL_ECONOMY = 1
#: Share of the payments that is corrected by a row of its own.
CORRECTION_SHARE = 0.03


def loontoelagen(world: World) -> Rows:
    """One payment per month of a job, about two months later, and corrections afterwards, which may be negative.

    Delivered with the year of payment, those of January with the year before.
    """
    rng = generator(world.seed, "money")
    drawn, jobs = world.trajectories, world.jobs
    last_payment = day(world.last_year + 1, 1, 31)
    first = month_of(jobs.start)
    months = np.maximum(month_of(np.minimum(jobs.end, last_payment)) - first + 1, 0)
    job = np.repeat(np.arange(len(months), dtype=np.int32), months)
    offset = np.arange(len(job)) - np.repeat(np.cumsum(months) - months, months)
    month = (first[job] + offset).astype(np.int32)

    trajectory = jobs.trajectory[job]
    begin, length = month_start(month), month_length(month)
    worked = np.minimum(jobs.end[job], begin + length - 1) - np.maximum(jobs.start[job], begin) + 1
    per_month = _rates(rng, world)[job] * _full_amount(month)
    cents = np.maximum(np.round(per_month * worked / length), 1).astype(np.int64)
    delay = np.where(rng.random(len(job)) < 0.02, rng.integers(3, 10, len(job)), 2)
    paid = (month_start(month + delay) + rng.integers(4, 27, len(job))).astype(np.int32)
    unit = drawn.unit[trajectory]
    nis = world.geography.code(unit, begin + length - 1)

    again = np.flatnonzero(rng.random(len(job)) < CORRECTION_SHARE)
    months_later = np.floor(1 + rng.exponential(9.0, len(again))).astype(np.int32)
    corrected = (month_start(month_of(paid[again]) + months_later) + rng.integers(0, 27, len(again))).astype(np.int32)
    part = choose(rng, {-100: 8, -50: 14, -25: 16, -10: 14, -4: 10, 5: 12, 12: 12, 25: 14}, len(again))
    change = np.round(cents[again] * part / 100).astype(np.int64)

    columns = {
        "traject_id": np.concatenate([trajectory, trajectory[again]]) + 1,
        "ocmw_nis": np.concatenate([nis, world.geography.code(unit[again], corrected)]),
        "prestatiemaand": np.concatenate([month, month[again]]),
        "betaaldatum": np.concatenate([paid, corrected]),
        "soort": np.repeat([PAYMENT, CORRECTION], [len(job), len(again)]),
        "bedrag": np.concatenate([cents, np.where(change == 0, -1, change)]),
    }
    order = np.lexsort((columns["traject_id"], columns["betaaldatum"]))
    columns = taken(columns, order[columns["betaaldatum"][order] <= last_payment])
    return once("loontoelagen", year_of(columns["betaaldatum"] - 31), columns)


def _rates(rng: np.random.Generator, world: World) -> np.ndarray:
    """Each job's share of the full amount: part-time, under 25 at the start, social economy."""
    jobs = world.jobs
    part_time = rng.random(len(jobs.start)) < 0.22
    young = age_on(world.birth[jobs.trajectory], world.trajectories.start[jobs.trajectory]) < 25
    rate = np.where(part_time, published_totals.PART_TIME_RATE, 1.0)
    rate = rate * np.where(young, published_totals.UNDER_25_RATE, 1.0)
    return rate * np.where(jobs.sector == SOCIAL_ECONOMY, published_totals.SOCIAL_ECONOMY_RATE, 1.0)


def _full_amount(month: np.ndarray) -> np.ndarray:
    """Full monthly amount in cents; after the last known year it rises by 2 % a year."""
    known = published_totals.MONTHLY_SUBSIDY_CENTS
    later = [round(known[-1] * 1.02**years) for years in range(1, 75)]  # as far as any demo reaches
    levels = np.array([*known, *later])
    return levels[np.minimum(month // 12 + 1970 - 2017, len(levels) - 1)]
