"""The rows of each source, by year of delivery, made from the drawn world. One function per source, all rows sound.

A thing that still runs at one delivery is delivered again when it ends.
"""

from collections.abc import Callable

import numpy as np

from .arrays import MISSING, choose, generator, year_of
from .clients import age_on
from .delivery_format import CRITERIA
from .municipalities import draw_leefloners
from .outcomes import arbeidsmarktposities, begeleidingsacties, loontoelagen, transmissies
from .schedule import Rows, once, spells
from .trajectories import EXPECTED_OVER_24, NIS_NOT_VALID, OVER_24, STARTS_AFTER_DELIVERY
from .world import World


def trajecten(world: World) -> Rows:
    """Delivered at the start (open) and at the end. Sets the warnings that each delivered row will draw."""
    drawn = world.trajectories
    columns = {
        "klant_id": world.insz_on(np.arange(len(drawn)), drawn.start),
        "ocmw_nis": drawn.nis,
        "startdatum": drawn.start,
        "vermoedelijke_einddatum": drawn.expected,
        "einddatum": drawn.end,
        "beeindiging": drawn.early.astype(np.int8),
    }
    rows = spells("trajecten", columns, world.last_year, drawn.first_year, ("beeindiging",))
    carried = drawn.warning[rows.key]
    shows = np.isin(carried, (NIS_NOT_VALID, EXPECTED_OVER_24))
    shows |= (carried == OVER_24) & (rows.columns["einddatum"] != MISSING)
    shows |= (carried == STARTS_AFTER_DELIVERY) & (rows.year == drawn.first_year[rows.key])
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
        "geslacht": people.sex[client],
        "leeftijd": np.where(rng.random(count) < 0.004, MISSING, age),
        "werkloosheidsduur_maanden": np.where(rng.random(count) < 0.05, MISSING, unemployed).astype(np.int32),
        "kortgeschoold": people.short_schooled[client],
        "migratieachtergrond": people.migration[client],
    }
    return once("klantprofielen", drawn.first_year, columns)


def art60_tewerkstellingen(world: World) -> Rows:
    """Jobs, delivered open and again when they end."""
    jobs = world.jobs
    dates = {"startdatum": jobs.start, "einddatum": jobs.end}
    columns = {"traject_id": jobs.trajectory + 1, **dates, "sector": jobs.sector}
    return spells("art60_tewerkstellingen", columns, world.last_year)


def leefloners(world: World) -> Rows:
    """Every municipality of the moment, every month of every year."""
    columns = draw_leefloners(world.geography, world.weight, world.scale, world.seed, world.last_year)
    return once("leefloners", 1970 + columns["maand"] // 12, columns)


def screenings(world: World) -> Rows:
    """Intake screenings; rows of the largest OCMW are marked."""
    found = world.screenings
    columns = {
        "klant_id": world.changes.insz_on(world.people, found.person, found.day),
        "ocmw_nis": world.geography.code(found.unit, found.day),
        "screeningsdatum": found.day,
        "besluit": found.decision,
        **dict(zip(CRITERIA, found.criteria.T, strict=True)),
    }
    return once("screenings", year_of(found.day), columns, world.is_city(found.unit))


def insz_wijzigingen(world: World) -> Rows:
    """Numbers that took the place of another one; what a person did before keeps the former number."""
    found = world.changes
    columns = {"oude_insz": found.before, "nieuwe_insz": world.people.insz[found.person], "ingangsdatum": found.day}
    return once("insz_wijzigingen", year_of(found.day), columns)


#: How the rows of each source are made.
BUILDERS: dict[str, Callable[[World], Rows]] = {
    build.__name__: build
    for build in (
        *(trajecten, klantprofielen, art60_tewerkstellingen, begeleidingsacties, loontoelagen),
        *(arbeidsmarktposities, transmissies, leefloners, screenings, insz_wijzigingen),
    )
}
