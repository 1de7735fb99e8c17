"""Made deliveries of all sources whose rows can be dealt out over files in any way: no file has a key twice."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.hostile.delivery import corrected, key_of, spoil
from tests.hostile.facts import NEW_ROW
from tests.hostile.files import Sheet, write
from tests.hostile.mutations import Deck
from tests.hostile.world import Fact, Options, World
from tests.oracle.sources import SOURCES

DAYS = (dt.date(2022, 6, 30), dt.date(2024, 3, 31), dt.date(2025, 9, 30))
Named = tuple[str, dt.date]
"""(source, day of delivery)"""


@dataclass
class Deliveries:
    """The rows of each delivery, and which of them break no rule."""

    rng: Random
    rows: dict[Named, list[Fact]]
    sound: dict[Named, list[Fact]]

    def write(self, folder: Path, parts: int = 1) -> list[Path]:
        """Writes each delivery as so many files (fewer when it has fewer rows), its rows dealt out at random."""
        written = []
        for (source, day), rows in self.rows.items():
            dealt = defaultdict[int, list[Fact]](list)
            for row in rows:
                dealt[self.rng.randrange(parts)].append(row)
            for number, part in dealt.items():
                written.append(write_file(folder, source, day, f"deel-{number}", part))
        return written


def make(seed: int, trajectories: int = 45) -> Deliveries:
    """Some rows a source on each of three days: new ones, later also corrections and withdrawals; every ninth row
    breaks a rule."""
    rng = Random(seed)
    world = World(rng, Options(clients=18, trajectories=trajectories, bad_share=0.11, last=DAYS[-1], rows=(6, 14)))
    world.populate()
    made = Deliveries(rng, {}, {})
    known: dict[str, dict[tuple, Fact]] = {source: {} for source in SOURCES}
    for source in SOURCES:
        deck = Deck(source, rng)
        for day in DAYS:
            rows = _new_rows(world, source, known[source])
            written = [spoil(world, deck, source, row) for row in rows.values()]
            made.rows[source, day] = written
            made.sound[source, day] = [
                w
                for w, row in zip(written, rows.values(), strict=True)
                if w is row and not _is_same_number(source, row)
            ]
    return made


def _is_same_number(source: str, row: Fact) -> bool:
    """Whether a change of number leads to the number itself, which breaks a rule without anybody's spoiling it."""
    numbers = [row[column.name] for column in SOURCES[source].columns if column.kind == "insz"]
    return len(set(numbers)) < len(numbers)


def _new_rows(world: World, source: str, known: dict[tuple, Fact]) -> dict[tuple, Fact]:
    """Rows by key, each key once also when case and blanks around it do not count."""
    low, high = world.options.rows
    rows: dict[tuple, Fact] = {}
    for _ in range(world.rng.randint(low, high) * (3 if source == "trajecten" else 1)):
        draw = world.rng.random()
        if known and draw < 0.25:
            row = corrected(world, source, world.rng.choice(list(known.values())))
        elif known and draw < 0.33:
            row = world.rng.choice(list(known.values())) | {"verwijderd": True}
        else:
            row = NEW_ROW[source](world)
        key = tuple(str(part).strip().casefold() for part in key_of(source, row))
        if key not in rows:
            rows[key] = known[key] = row
    return rows


def write_file(folder: Path, source: str, day: dt.date, label: str, rows: list[Fact]) -> Path:
    """A CSV delivery with all columns of its source."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {column.name: column.kind for column in SOURCES[source].columns} | {"verwijderd": "yesno"}
    path = folder / f"{source}_{day}_{label}.csv"
    values = [[row.get(name) for name in kinds] for row in rows]
    write(path, Sheet(list(kinds), list(kinds.values()), values, [], []), Random(str(path.name)))
    return path
