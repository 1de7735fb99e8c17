"""Everything that happened, drawn once: trajectories, clients, jobs, screenings. `rows` makes the sources of it."""

from dataclasses import dataclass

import numpy as np

from . import published_totals
from .arrays import day, generator
from .clients import (
    ChangedNumbers,
    Links,
    People,
    Screenings,
    draw_number_changes,
    draw_people,
    draw_screenings,
    link_clients,
)
from .municipalities import DemoGeography, read_geography, sizes
from .schedule import YEARLY
from .trajectories import Jobs, Trajectories, draw_jobs, draw_trajectories

#: The largest OCMW, which sends its own screenings in later years.
CITY = 11002
#: Where a migration background is more frequent (general knowledge): Antwerpen and Gent.
_DIVERSE_CITIES, _DIVERSE_SHARE, _OTHER_SHARE = (11002, 44021), 0.66, 0.43


@dataclass(frozen=True)
class World:
    """The drawn facts. `weight` is the share of each unit in Flanders for leefloners."""

    trajectories: Trajectories
    links: Links
    people: People
    changes: ChangedNumbers
    jobs: Jobs
    screenings: Screenings
    geography: DemoGeography
    weight: np.ndarray
    scale: float
    seed: int
    last_year: int

    def insz_on(self, trajectory: np.ndarray, days: np.ndarray) -> np.ndarray:
        """INSZ that the client of each trajectory had on a day."""
        return self.changes.insz_on(self.people, self.links.client[trajectory], days)

    @property
    def birth(self) -> np.ndarray:
        """Birth date of each trajectory's client."""
        return self.people.birth[self.links.client]

    def is_city(self, unit: np.ndarray) -> np.ndarray:
        """Whether each unit is the largest OCMW."""
        return self.geography.codes[unit, 0] == CITY


def draw_world(count: int, seed: int, last_year: int) -> World:
    """Draw `count` trajectories from 2017 to `last_year`, with clients, jobs and screenings."""
    geography = read_geography()
    share = sizes(geography, generator(seed, "sizes"))
    delivered = {year: day(year + 1, *YEARLY["trajecten"][0]) for year in range(2017, last_year + 1)}
    drawn = draw_trajectories(count, seed, last_year, geography, share, delivered)
    links = link_clients(drawn, seed)
    screenings = draw_screenings(drawn, links.client, links.clients, share, seed)
    people = _people(seed, drawn, links, screenings, geography)
    return World(
        trajectories=drawn,
        links=links,
        people=people,
        changes=draw_number_changes(drawn, links, people, seed),
        jobs=draw_jobs(drawn, seed),
        screenings=screenings,
        geography=geography,
        weight=share**0.85 / (share**0.85).sum(),
        scale=count / published_totals.REFERENCE_TRAJECTORIES,
        seed=seed,
        last_year=last_year,
    )


def _people(seed: int, drawn: Trajectories, links: Links, screenings: Screenings, geography: DemoGeography) -> People:
    """Clients first (known from the start of their first trajectory), then those who were only screened."""
    total = int(screenings.person.max()) + 1
    first_day = np.full(total, 2**30, dtype=np.int64)
    np.minimum.at(first_day, links.client, drawn.start)
    only_screened = screenings.person >= links.clients
    np.minimum.at(first_day, screenings.person[only_screened], screenings.day[only_screened])
    unit = np.zeros(total, dtype=np.int32)
    unit[screenings.person] = screenings.unit
    diverse = np.isin(geography.codes[unit, 0], _DIVERSE_CITIES)
    return draw_people(seed, first_day, np.where(diverse, _DIVERSE_SHARE, _OTHER_SHARE))
