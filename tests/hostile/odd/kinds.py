"""A kind of odd file: how one is made, and what may become of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from random import Random

from ...oracle.sources import SOURCES
from ..broken import csv_bytes, plain
from ..values import as_text
from ..world import World


class Verdict(Enum):
    """What may become of a file."""

    ORACLE = "the same as the oracle: refused or not, its rows and their values"
    REFUSED = "refused with a word"
    EITHER = "refused, or read as the oracle reads it, where it can"
    SAFE = "refused, or read with its rows conserved"  # the oracle takes too much memory for it, or another part of it


@dataclass(frozen=True)
class Kind:
    """make: (world, source) -> the bytes of a file. share: how often, against others."""

    name: str
    suffix: str
    verdict: Verdict
    make: Callable[[World, str], bytes]
    share: float = 1
    heavy: bool = False
    """Takes more than a second or 300 MB: for the night."""


def texts(world: World, source: str, most: int = 12) -> list[list[str]]:
    """A header and good rows, as text, in columns of any order."""
    rows = plain(world, source, world.rng.randint(1, most))
    order = list(range(len(rows[0])))
    if world.rng.random() < 0.5:
        world.rng.shuffle(order)
    return [[row[place] for place in order] for row in rows]


def with_extra(rows: list[list[str]], name: str, value: Callable[[], str], place: int | None = None) -> list[list[str]]:
    """The rows with one column more, which no contract knows."""
    place = len(rows[0]) if place is None else place
    return [[*row[:place], name if n == 0 else value(), *row[place:]] for n, row in enumerate(rows)]


def joined(rows: list[list[str]], separator: str = ";", end: str = "\n") -> str:
    """Without quotes: of values that need none."""
    return "".join(separator.join(row) + end for row in rows)


def quoted(rows: list[list[str]], separator: str = ";") -> str:
    return csv_bytes(rows, separator).decode()


def refill(world: World, source: str, rows: list[list[str]], values: list[str], share: float = 0.3) -> list[list[str]]:
    """Rows in which some fields hold another value."""
    rng = world.rng
    return [rows[0], *([rng.choice(values) if rng.random() < share else text for text in row] for row in rows[1:])]


def spoiled(rng: Random, content: bytes) -> bytes:
    """A file to which something happened: bytes changed, cut out, cut off, doubled, moved, or filled with zeros."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 5, 20))):
        size = len(data)
        if not size:
            break
        start = rng.randrange(size)
        stop = min(size, start + rng.choice((1, 1, 2, 4, 16, 64, 512)))
        match rng.randrange(8):
            case 0:
                data[start] = rng.randrange(256)
            case 1:
                data[start] ^= 1 << rng.randrange(8)
            case 2:
                del data[start:stop]
            case 3:
                del data[start:]
            case 4:
                data[start:start] = data[start:stop]
            case 5:
                data[start:stop] = bytes(stop - start)
            case 6:
                data[start:stop] = rng.randbytes(stop - start)
            case 7:
                piece = data[start:stop]
                del data[start:stop]
                place = rng.randrange(len(data) + 1)
                data[place:place] = piece
    return bytes(data)


def odd_values(world: World, source: str) -> list[str]:
    """Values that one reader or another takes for something else."""
    rng = world.rng
    good = [
        as_text(rng, row, column.kind) for column in SOURCES[source].columns for row in (column.low, *column.codes[:2])
    ]
    return [*good, *ODD_VALUES, str(rng.randrange(10**18)), "9" * rng.choice((20, 400, 5000))]


ODD_VALUES: list[str] = json.loads(Path(__file__).with_name("values.json").read_text(encoding="ascii"))
