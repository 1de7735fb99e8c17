"""Made tables of the forms in which methods of cell suppression are compared, and what the search makes of them.

    python -m tests.disclosure.forms [--seconds 60]

A region by a classification; two hierarchies that cross; three dimensions and thirteen thousand cells. All cells cost
the same, so that fewer cells are better. For the small ones one integer program gives the fewest possible
(`tests.disclosure.optimum`). Counts are skewed as real ones are: many small, few large."""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Mapping, Sequence
from functools import reduce

import numpy as np

from exports.disclosure.kept import KeptParts
from exports.disclosure.parts import audit_parts, suppress
from exports.disclosure.system import CellId, System
from tests.disclosure.optimum import fewest

Tree = Mapping[str, Sequence[str]]
"""A total -> its parts, from the root on; a leaf is a part of something and a total of nothing."""


def tree(root: str, *sizes: int) -> dict[str, list[str]]:
    """A hierarchy: `sizes` parts at each level."""
    made: dict[str, list[str]] = {}
    level = [root]
    for size in sizes:
        for total in level:
            made[total] = [f"{total}.{number}" for number in range(1, size + 1)]
        level = [part for total in level for part in made[total]]
    return made


FORMS = {
    "region by class": ((tree("region", 10), tree("class", 5)), 8),
    "two hierarchies that cross": ((tree("region", 3, 3), tree("class", 2, 3)), 4),
    "two that cross, small": ((tree("region", 2, 3), tree("class", 2, 2)), 4),
}
"""Name -> hierarchies, mean count of a leaf."""
LARGE = (tree("region", 5, 12), tree("class", 6, 4), tree("size", 6)), 14.0
SEEDS = (1, 2, 3)


def table(trees: Sequence[Tree], mean: float, seed: int, threshold: int = 4) -> System:
    """A table that crosses hierarchies: in every cell of the others each of them adds up. A fifth of the leaves is 0.

    `mean`: of the counts at the leaves."""
    random = np.random.default_rng(seed)
    nodes = [list(dict.fromkeys([*one, *(part for parts in one.values() for part in parts)])) for one in trees]
    leaves = [[node for node in names if node not in one] for one, names in zip(trees, nodes, strict=True)]
    weights = [random.lognormal(0, 1, len(names)) for names in leaves]
    expected = mean * reduce(np.multiply.outer, [weight / weight.mean() for weight in weights])
    values: dict[tuple[str, ...], int] = {}
    for at in itertools.product(*(range(len(names)) for names in leaves)):
        count = int(random.poisson(expected[at])) if random.random() > 0.2 else 0
        above = (_above(names[number]) for names, number in zip(leaves, at, strict=True))
        for key in itertools.product(*above) if count else ():
            values[key] = values.get(key, 0) + count
    system = System(threshold)
    for key in sorted(values):
        system.add(_cell(key), values[key], cost=1.0)
    for dimension, one in enumerate(trees):
        for key in itertools.product(*nodes[:dimension], one, *nodes[dimension + 1 :]):
            if key in values:
                parts = [_cell((*key[:dimension], part, *key[dimension + 1 :])) for part in one[key[dimension]]]
                system.equate(_cell(key), parts)
    return system


def _above(leaf: str) -> list[str]:
    """The leaf and all totals that it is in."""
    names = leaf.split(".")
    return [".".join(names[:size]) for size in range(1, len(names) + 1)]


def _cell(key: Sequence[str]) -> CellId:
    return CellId("form", 2020, key[0], "/".join(key[1:]))


def extra(system: System) -> tuple[int, float]:
    """(cells that the search hides beside the small ones, seconds of processor); the audit must find nothing."""
    began = time.process_time()
    pattern = suppress(system)
    seconds = time.process_time() - began
    assert audit_parts(pattern, KeptParts()).passed
    return len(pattern.hidden) - smalls(system), seconds


def smalls(system: System) -> int:
    """How many cells of the table are small."""
    return sum(system.is_small(cell) for cell in range(len(system.cells)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.disclosure.forms", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for one integer program (60)")
    limit = parser.parse_args().seconds
    print(f"{'form':30}{'cells':>8}{'small':>7}{'beside':>8}{'fewest':>8}{'ratio':>7}{'CPU s':>8}")
    for name, (trees, mean) in FORMS.items():
        found = least = 0
        for seed in SEEDS:
            system = table(trees, mean, seed)
            beside, seconds = extra(system)
            fewest_beside = fewest(system, limit) - smalls(system)
            found, least = found + beside, least + fewest_beside
            _line(f"{name}, {seed}", system, beside, fewest_beside, seconds)
        print(f"{name + ', all':45}{found:8}{least:8}{found / least:7.2f}")
    system = table(*LARGE, 1)
    beside, seconds = extra(system)
    _line("three dimensions", system, beside, None, seconds)


def _line(name: str, system: System, beside: int, least: int | None, seconds: float) -> None:
    compared = f"{'':15}" if least is None else f"{least:8}{beside / least:7.2f}"
    print(f"{name:30}{len(system.cells):8}{smalls(system):7}{beside:8}{compared}{seconds:8.1f}", flush=True)


if __name__ == "__main__":
    main()
