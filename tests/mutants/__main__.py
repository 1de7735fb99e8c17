"""Changes the code in one small place at a time; what no test notices is a gap in the tests.

    python -m tests.mutants [AREA ...] [--only TEXT] [--sample N | --all] [--seed N] [--list]

Areas: models and macros of dbt, rules (expectations/*.yml and the code lists), python (a seeded sample of the core's
modules) and hand (places chosen by hand). The project itself is left alone. Exit code 1 when fewer than 95 % of the
mutants of an area die; those of accepted.yml, each with its reason, are left out of the count.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from tests.mutants.copy import Copy
from tests.mutants.deliveries import stands
from tests.mutants.handmade import ByHand
from tests.mutants.models import Models
from tests.mutants.mutant import Mutant, accepted, source
from tests.mutants.python import SAMPLE, Python
from tests.mutants.rules import Rules
from tests.mutants.warehouse import NotValidError

AREAS = ("hand", "python", "models", "macros", "rules")  # python first: it forks, and databases don't like that
ENOUGH = 95
"""Percent of the mutants of an area that must die."""


class Bench:
    """What the areas need, made when the first of them does."""

    def __init__(self, folder: Path, sample: int | None, seed: int) -> None:
        self._folder, self._sample, self._seed = folder, sample, seed

    def area(self, name: str) -> tuple[Iterable[Mutant], Callable[[Mutant], str]]:
        """Its mutants, and who judges them."""
        if name in ("models", "macros"):
            return self._models.mutants(name), self._models.judge
        area = {"rules": self._rules, "python": self._python, "hand": self._by_hand}[name]()
        return area.mutants(), area.judge

    @cached_property
    def _copy(self) -> Copy:
        return Copy(self._folder / "project")

    @cached_property
    def _models(self) -> Models:
        return Models(self._folder, list(stands(self._folder)))

    def _rules(self) -> Rules:
        models = self._models
        return Rules(sorted(self._folder.glob("inbox *")), models, self._copy, self._folder)

    def _python(self) -> Python:
        return Python(self._copy, self._sample, self._seed)

    def _by_hand(self) -> ByHand:
        return ByHand(self._copy)


def verdicts(bench: Bench, area: str, only: str) -> Iterator[tuple[Mutant, str, str]]:
    """(mutant, verdict, why): `dies`, `LIVES`, `accepted`, or `no mutant` for what is no code or no contract."""
    may_live = accepted()
    mutants, judge = bench.area(area)
    for mutant in mutants:
        if only not in f"{mutant.file}:{mutant.line(source(mutant.file))}":
            continue
        if why := may_live.get(mutant.key):
            yield mutant, "accepted", why
            continue
        try:
            why = judge(mutant)
            yield mutant, "dies" if why else "LIVES", why
        except NotValidError as error:
            yield mutant, "no mutant", str(error).split("\n")[0]


def shown(mutant: Mutant) -> str:
    text = source(mutant.file)
    was, is_ = mutant.lines(text)
    return f"{mutant.file}:{mutant.line(text)} ({mutant.kind})\n    - {was}\n    + {is_}"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("areas", nargs="*", choices=AREAS, default=AREAS, metavar="AREA", help=", ".join(AREAS))
    parser.add_argument("--only", default="", metavar="TEXT", help="those with this in FILE:LINE")
    parser.add_argument(
        "--sample", type=int, default=SAMPLE, help="mutants of each Python module (default %(default)s)"
    )
    parser.add_argument("--all", action="store_true", help="every mutant of Python")
    parser.add_argument("--seed", type=int, default=1, help="of the sample of Python")
    parser.add_argument("--verbose", action="store_true", help="also those that die, and by what")
    given = parser.parse_args(arguments)
    enough = True
    with tempfile.TemporaryDirectory() as scratch:
        bench = Bench(Path(scratch), None if given.all else given.sample, given.seed)
        for area in (name for name in AREAS if name in given.areas):
            counts = Counter[str]()
            for mutant, verdict, why in verdicts(bench, area, given.only):
                counts[verdict] += 1
                if verdict == "LIVES" or given.verbose:
                    print(f"{verdict}  {shown(mutant)}" + (f"\n    {why}" if why else ""), flush=True)
            dead, tried = counts["dies"], counts["dies"] + counts["LIVES"]
            share = 100 * dead / tried if tried else 100
            enough &= share >= ENOUGH
            print(
                f"{area}: {dead} of {tried} die ({share:.1f} %); {counts['accepted']} accepted with a reason, "
                f"{counts['no mutant']} are no code",
                flush=True,
            )
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
