"""The rows of each source, by year of delivery, made from the drawn world. One function per source, all rows sound.

A thing that still runs at one delivery is delivered again when it ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .arrays import MISSING, choose, generator, year_of
from .clients import CRITERIA, age_on
from .jobs import draw_money, last_payment_day, payment_year
from .municipalities import draw_leefloners
from .outcomes import draw_actions, draw_positions, draw_transmissions
from .trajectories import EXPECTED_OVER_24, NIS_NOT_VALID, OVER_24, STARTS_AFTER_DELIVERY
from .world import World


@dataclass(frozen=True)
class Rows:
    """Rows of one source, in numbers (see `delivery_format`), by year of delivery.

    `key` numbers the things that the rows are versions of; `year` is the year whose delivery holds the row;
    `warning` is a warning that the row will draw (0 = none); `city` marks rows of the largest OCMW, which sends its
    own file for some sources.
    """

    source: str
    columns: dict[str, np.ndarray]
    key: np.ndarray
    year: np.ndarray
    warning: np.ndarray
    city: np.ndarray

    def __len__(self) -> int:
        return len(self.key)


def plain(source: str, year: np.ndarray, columns: dict[str, np.ndarray], city: np.ndarray | None = None) -> Rows:
    """Rows that are delivered once, in order of year; the key column must number them in the order given."""
    order = np.argsort(year, kind="stable")
    count = len(year)
    marked = np.zeros(count, dtype=bool) if city is None else city[order]
    ordered = {name: np.asarray(values)[order] for name, values in columns.items()}
    return Rows(source, ordered, order.astype(np.int32), year[order], np.zeros(count, dtype=np.int8), marked)


def spells(
    source: str,
    columns: dict[str, np.ndarray],
    last_year: int,
    first_year: np.ndarray | None = None,
    only_when_ended: tuple[str, ...] = (),
) -> Rows:
    """Rows of things with `startdatum` and `einddatum` (always given, future ends included).

    Each thing is delivered for the year in which it starts (or `first_year`), open when it ends later, and again for
    the year in which it ends. What starts or ends after `last_year` isn't known. Columns of `only_when_ended` are
    empty on open rows.
    """
    begin = year_of(columns["startdatum"]) if first_year is None else first_year
    finish = np.maximum(year_of(columns["einddatum"]), begin)
    opened = np.flatnonzero(begin <= last_year)
    closed = np.flatnonzero((finish > begin) & (finish <= last_year))
    key = np.concatenate([opened, closed]).astype(np.int32)
    is_open = np.concatenate([finish[opened] > begin[opened], np.zeros(len(closed), dtype=bool)])
    year = np.concatenate([begin[opened], finish[closed]]).astype(np.int32)
    order = np.lexsort((key, year))
    key, is_open, year = key[order], is_open[order], year[order]
    rows = {name: np.asarray(values)[key] for name, values in columns.items()}
    for name in ("einddatum", *only_when_ended):
        rows[name] = np.where(is_open, MISSING, rows[name])
    return Rows(source, rows, key, year, np.zeros(len(key), dtype=np.int8), np.zeros(len(key), dtype=bool))


def trajecten(world: World) -> Rows:
    """Delivered at the start (open) and at the end. Sets the warnings that each delivered row will draw."""
    drawn = world.trajectories
    columns = {
        "traject_id": np.arange(len(drawn)) + 1,
        "klant_id": world.insz,
        "ocmw_nis": drawn.nis,
        "startdatum": drawn.start,
        "vermoedelijke_einddatum": drawn.expected,
        "einddatum": drawn.end,
        "beeindiging": drawn.early.astype(np.int8),
    }
    rows = spells("trajecten", columns, world.last_year, drawn.first_year, ("beeindiging",))
    carried = drawn.warning[rows.key]
    closed = rows.columns["einddatum"] != MISSING
    first = rows.year == drawn.first_year[rows.key]
    shows = np.isin(carried, (NIS_NOT_VALID, EXPECTED_OVER_24))
    shows |= (carried == OVER_24) & closed
    shows |= (carried == STARTS_AFTER_DELIVERY) & first
    rows.warning[shows] = carried[shows]
    return rows


def klantprofielen(world: World) -> Rows:
    """One profile per trajectory, at its start; a few values are unknown."""
    drawn, people, client = world.trajectories, world.people, world.links.client
    rng = generator(world.seed, "profiles")
    count = len(drawn)
    low = choose(rng, {0: 33, 12: 22, 24: 27, 60: 18}, count)
    width = np.select([low == 0, low == 12, low == 24], [12, 12, 36], default=90)
    unemployed = low + np.floor(width * rng.random(count) ** 1.3)
    age = age_on(people.birth[client], drawn.start)
    columns = {
        "traject_id": np.arange(count) + 1,
        "geslacht": people.sex[client],
        "leeftijd": np.where(rng.random(count) < 0.004, MISSING, age),
        "werkloosheidsduur_maanden": np.where(rng.random(count) < 0.05, MISSING, unemployed).astype(np.int32),
        "kortgeschoold": people.short_schooled[client],
        "migratieachtergrond": people.migration[client],
    }
    return plain("klantprofielen", drawn.first_year, columns)


def art60_tewerkstellingen(world: World) -> Rows:
    """Jobs, delivered open and again when they end."""
    jobs = world.jobs
    columns = {
        "tewerkstelling_id": np.arange(len(jobs.start)) + 1,
        "traject_id": jobs.trajectory + 1,
        "startdatum": jobs.start,
        "einddatum": jobs.end,
        "sector": jobs.sector,
    }
    return spells("art60_tewerkstellingen", columns, world.last_year)


def begeleidingsacties(world: World) -> Rows:
    """Guidance actions, delivered open and again when they end."""
    actions = draw_actions(world.trajectories, world.jobs, world.seed)
    columns = {
        "actie_id": np.arange(len(actions.start)) + 1,
        "klant_id": world.insz[actions.trajectory],
        "type": actions.kind,
        "startdatum": actions.start,
        "einddatum": actions.end,
    }
    return spells("begeleidingsacties", columns, world.last_year)


def loontoelagen(world: World) -> Rows:
    """Payments and corrections, by the year in which they were paid (January goes with the year before)."""
    money = draw_money(
        world.trajectories, world.jobs, world.birth, world.geography, world.seed, last_payment_day(world.last_year)
    )
    columns = {
        "betaling_id": np.arange(len(money.paid), dtype=np.int32) + 1,
        "traject_id": money.trajectory + 1,
        "ocmw_nis": money.nis,
        "prestatiemaand": money.month,
        "betaaldatum": money.paid,
        "soort": money.kind,
        "bedrag": money.cents,
    }
    return plain("loontoelagen", payment_year(money.paid), columns)


def arbeidsmarktposities(world: World) -> Rows:
    """Spells after the end, delivered open and again when they close."""
    found = draw_positions(world.trajectories, world.links.until, world.seed)
    columns = {
        "positie_id": np.arange(len(found.start)) + 1,
        "klant_id": world.insz[found.trajectory],
        "positie": found.position,
        "startdatum": found.start,
        "einddatum": found.end,
    }
    return spells("arbeidsmarktposities", columns, world.last_year)


def transmissies(world: World) -> Rows:
    """Files handed to the Controledienst."""
    trajectory, days = draw_transmissions(world.trajectories, world.seed)
    columns = {"transmissie_id": np.arange(len(days)) + 1, "klant_id": world.insz[trajectory], "transmissiedatum": days}
    return plain("transmissies", year_of(days), columns)


def leefloners(world: World) -> Rows:
    """Every municipality of the moment, every month of every year."""
    columns = draw_leefloners(world.geography, world.weight, world.scale, world.seed, world.last_year)
    return plain("leefloners", 1970 + columns["maand"] // 12, columns)


def screenings(world: World) -> Rows:
    """Intake screenings; rows of the largest OCMW are marked."""
    found = world.screenings
    columns = {
        "screening_id": np.arange(len(found.day)) + 1,
        "klant_id": world.people.insz[found.person],
        "ocmw_nis": world.geography.code(found.unit, found.day),
        "screeningsdatum": found.day,
        "besluit": found.decision,
        **{name: found.criteria[:, index] for index, name in enumerate(CRITERIA)},
    }
    return plain("screenings", year_of(found.day), columns, world.is_city(found.unit))


#: How the rows of each source are made.
BUILDERS: dict[str, Callable[[World], Rows]] = {
    builder.__name__: builder
    for builder in (
        trajecten,
        klantprofielen,
        art60_tewerkstellingen,
        begeleidingsacties,
        loontoelagen,
        arbeidsmarktposities,
        transmissies,
        leefloners,
        screenings,
    )
}
