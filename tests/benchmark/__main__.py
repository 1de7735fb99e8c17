"""Measures the pipeline against the floor script and compares their figures.

    python -m tests.benchmark [--trajectories 60000] [--seed 1] [--runs 1] [--keep FOLDER]

Exit code 1 when figures differ or a program fails. A cost limit that is missed is shown with a profile.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmark.deliveries import late
from tests.benchmark.measure import Cost, FailedError, cost_of, middle

PROJECT = Path(__file__).resolve().parents[2]
LAST_YEAR = 2025
"""Last full year of the demo: fixed, so that the figures of one day can be held against those of another."""
MOST_TIMES_THE_FLOOR = 3
MOST_MEMORY = 2048  # MiB
MOST_FOR_NOTHING_NEW = 0.5  # CPU seconds
MOST_FOR_UNCHANGED = 4  # CPU seconds: 500 rows that change no figure
MOST_FOR_ONE_MART = 8  # CPU seconds: 500 rows that change one mart
MOST_FOR_CHANGED_NUMBERS = 1.10  # times the build of the marts without any, at 5 % changed
MOST_FOR_LARGE = 1536  # MiB, of both processes together
LARGE = 2_000_000
"""Rows of one delivery; the memory that it takes hardly grows with them."""
BUILDS = 3
"""Builds of the marts with and without changed numbers, in turn; they take some seconds each."""
CONTROL = "disclosure control"
"""Step of the run of which the script does nothing."""


@dataclass(frozen=True)
class Costs:
    """Medians over the runs."""

    floor: Cost
    first: Cost
    again: Cost
    unchanged: Cost
    """A run after a delivery of 500 rows that changes no figure, and `one_mart` after one that changes one mart."""
    one_mart: Cost
    without: Cost
    """A build of the marts without changed numbers, and `changed` with one client in twenty."""
    changed: Cost
    large: float
    """MiB that the load of one large delivery took."""

    @property
    def ratio(self) -> float:
        return self.first.cpu / self.floor.cpu


class Bench:
    """The programs to measure, in one work folder."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self.inbox = work / "inbox"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TWE_")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # both would compile their modules anew in every run
        self.environment = environment | {"TWE_INBOX": str(self.inbox), "DO_NOT_TRACK": "1"}
        self.twe = Path(sys.executable).with_name("twe")

    def floor(self, number: int) -> Path:
        return self.work / f"floor-{number}"

    def data(self, number: int | str) -> Path:
        return self.work / f"data-{number}"

    def run(self, name: str, command: list[str | Path], **environment: str) -> Cost:
        return cost_of(command, self.environment | environment, PROJECT, self.work / f"{name}.log")

    def module(self, name: str, module: str, *arguments: str | Path, **environment: str) -> Cost:
        return self.run(name, [sys.executable, "-m", module, *arguments], **environment)

    def prepare(self, trajectories: int, seed: int) -> None:
        """Demo deliveries, by the project's own generator, and compiled modules as an installation has them."""
        wanted = ["--trajectories", str(trajectories), "--seed", str(seed), "--last-year", str(LAST_YEAR)]
        self.run("demo", [self.twe, "demo", *wanted, "--inbox", self.inbox])
        folders = ("orchestration", "expectations", "exports", "tests/benchmark")
        self.module("compile", "compileall", "-q", *folders)

    def measure(self, runs: int) -> Costs:
        """Floor, first run and run with nothing new, in turn."""
        found: list[tuple[Cost, Cost, Cost]] = []
        for number in range(1, runs + 1):
            data = str(self.data(number))
            floor = self.module(
                f"floor-{number}", "tests.benchmark.floor", "--inbox", self.inbox, "--out", self.floor(number)
            )
            first = self.run(f"first-{number}", [self.twe, "run"], TWE_DATA=data)
            again = self.run(f"again-{number}", [self.twe, "run"], TWE_DATA=data)
            found.append((floor, first, again))
            seconds = f"script {floor.cpu:.1f}, pipeline {first.cpu:.1f}, nothing new {again.cpu:.2f} CPU seconds"
            print(f"run {number}: {seconds}", flush=True)
        medians = (middle(costs) for costs in zip(*found, strict=True))
        return Costs(*medians, *self.late(), *self.changed_numbers(), self.large())

    def late(self) -> tuple[Cost, Cost]:
        """Two small deliveries in a row, into a copy of the inbox and of the first data folder: the floor and later
        profiles see nothing of them. One comes before them, since of a copied folder everything is built once."""
        inbox, data = self.work / "inbox-late", self.data("late")
        shutil.copytree(self.inbox, inbox)
        shutil.copytree(self.data(1), data, symlinks=True)
        found = []
        for number, (name, changed) in enumerate((("0-copied", False), ("1-unchanged", False), ("2-one-mart", True))):
            late.write(inbox, name, changed, number * late.ROWS)
            found.append(self.run(name, [self.twe, "run"], TWE_DATA=str(data), TWE_INBOX=str(inbox)))
        return found[1], found[2]

    def large(self) -> float:
        """The memory of the load of one large delivery: that of the process that loads and of the one that reads."""
        self.module("large", "tests.benchmark.deliveries.large", self.work / "large", "--rows", str(LARGE))
        said = (self.work / "large.log").read_text(encoding="utf-8")
        return sum(map(int, re.findall(r"(\d+) MiB in the", said)))

    def changed_numbers(self) -> tuple[Cost, Cost]:
        """A build of the marts without changed numbers and with them; the first of each parses the project and is not
        counted."""
        folder = self.work / "numbers"
        self.module("numbers", "tests.benchmark.numbers", "prepare", self.data(1), folder)
        costs: dict[str, list[Cost]] = {"without": [], "with": []}
        for number in range(BUILDS + 1):
            for name, own in costs.items():
                cost = self.module(f"{name}-{number}", "tests.benchmark.numbers", "build", folder / name)
                own += [cost] if number else []
        without, changed = map(middle, costs.values())
        return without, changed

    def profile(self, costs: Costs, fresh: bool) -> None:
        """Runs the pipeline once more, on a fresh data folder or on one with nothing new, and shows where it goes."""
        report = self.work / "profile.json"
        data = self.data("profile" if fresh else 1)
        self.module("profile", "tests.benchmark.steps", report, TWE_DATA=str(data))
        found = json.loads(report.read_text(encoding="utf-8"))
        total = found["total"]
        rest = total - sum(seconds for _, seconds, _ in found["steps"])
        print(f"\nProfile of a {'first run' if fresh else 'run with nothing new'}, {total:.1f} CPU seconds")
        print(f"\n  {'step':<44}{'CPU s':>8}{'share':>8}{'peak MiB so far':>18}")
        for name, seconds, peak in found["steps"]:
            print(f"  {name:<44}{seconds:>8.2f}{seconds / total:>8.0%}{peak:>18,.0f}")
        print(f"  {'between the steps: start, imports, Dagster':<44}{rest:>8.2f}{rest / total:>8.0%}")
        print(f"\n  {'package (compiled code counts for its caller)':<48}{'CPU s':>8}{'share':>8}")
        shown = found["packages"][:20]
        for name, seconds in shown:
            print(f"  {name:<48}{seconds:>8.2f}{seconds / total:>8.0%}")
        other = total - sum(seconds for _, seconds in shown)
        print(f"  {'all else':<48}{other:>8.2f}{other / total:>8.0%}")
        if fresh:
            hiding = sum(seconds for name, seconds, _ in found["steps"] if name == CONTROL)
            left = costs.first.cpu - hiding
            print(f"\nThe script hides no figures. Without the step {CONTROL!r} ({hiding:.1f} s) the first run took")
            print(
                f"{left:.1f} CPU seconds: {left / costs.floor.cpu:.2f} times the script, limit {MOST_TIMES_THE_FLOOR}."
            )


def show(costs: Costs) -> tuple[bool, bool]:
    """Prints the table; tells whether the first run and the run with nothing new keep to their limits."""
    lines = [
        ("CPU, hand-written script", f"{costs.floor.cpu:.1f} s", "", None),
        (
            "CPU, pipeline, first run",
            f"{costs.first.cpu:.1f} s",
            f"{MOST_TIMES_THE_FLOOR * costs.floor.cpu:.1f} s",
            costs.ratio / MOST_TIMES_THE_FLOOR,
        ),
        (
            "  times the script",
            f"{costs.ratio:.2f}",
            f"{MOST_TIMES_THE_FLOOR}",
            costs.ratio / MOST_TIMES_THE_FLOOR,
        ),
        ("Peak memory, hand-written script", f"{costs.floor.peak:,.0f} MiB", "", None),
        (
            "Peak memory, pipeline, first run",
            f"{costs.first.peak:,.0f} MiB",
            f"{MOST_MEMORY:,} MiB",
            costs.first.peak / MOST_MEMORY,
        ),
        (
            "CPU, pipeline, nothing new",
            f"{costs.again.cpu:.2f} s",
            f"{MOST_FOR_NOTHING_NEW} s",
            costs.again.cpu / MOST_FOR_NOTHING_NEW,
        ),
        (
            "CPU, 500 rows that change no figure",
            f"{costs.unchanged.cpu:.1f} s",
            f"{MOST_FOR_UNCHANGED} s",
            costs.unchanged.cpu / MOST_FOR_UNCHANGED,
        ),
        (
            "CPU, 500 rows that change one mart",
            f"{costs.one_mart.cpu:.1f} s",
            f"{MOST_FOR_ONE_MART} s",
            costs.one_mart.cpu / MOST_FOR_ONE_MART,
        ),
        ("CPU, marts, no number changed", f"{costs.without.cpu:.1f} s", "", None),
        (
            "CPU, marts, 5 % of them changed",
            f"{costs.changed.cpu:.1f} s",
            f"{MOST_FOR_CHANGED_NUMBERS * costs.without.cpu:.1f} s",
            costs.changed.cpu / costs.without.cpu / MOST_FOR_CHANGED_NUMBERS,
        ),
        (
            f"Peak memory, a file of {LARGE // 1_000_000} million rows",
            f"{costs.large:,.0f} MiB",
            f"{MOST_FOR_LARGE:,} MiB",
            costs.large / MOST_FOR_LARGE,
        ),
    ]
    print(f"\n{'figure':<36}{'measured':>12}{'limit':>12}{'of limit':>10}")
    for name, measured, limit, share in lines:
        verdict = "" if share is None else f"{share:>10.0%}  {'ok' if share <= 1 else 'missed'}"
        print(f"{name:<36}{measured:>12}{limit:>12}{verdict}")
    kept = [share is None or share <= 1 for *_, share in lines]
    return all(kept[:5]), kept[5]


def same_figures(bench: Bench, number: int) -> bool:
    """Compares marts and workbooks of one run; prints what differs. Imported late: it takes memory."""
    from tests.benchmark import compare

    floor, data = bench.floor(number), bench.data(number)
    rows, marts = compare.marts(floor, data / "published" / "current")
    cells, books = compare.workbooks(floor, data / "annexes")
    for line in marts + books:
        print(f"DIFFERENT {line}")
    if not marts + books:
        print(f"\nSame figures in run {number}: {rows:,} rows in the ten marts, {cells:,} cells in the workbooks.")
    return not marts + books


@contextmanager
def work_folder(keep: Path | None) -> Generator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="twe-benchmark-") as folder:
            yield Path(folder)
    else:
        keep.mkdir(parents=True, exist_ok=True)
        if any(keep.iterdir()):
            raise SystemExit(f"{keep} is not empty; a first run needs a fresh folder")
        yield keep.resolve()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__.splitlines()[0])
    parser.add_argument("--trajectories", type=int, default=60_000, help="national size: 60000 (default)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=1, help="measure so many times; medians are shown")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work in this empty folder and leave it")
    options = parser.parse_args()
    with work_folder(options.keep) as work:
        bench = Bench(work)
        try:
            print(f"Writing demo deliveries of {options.trajectories:,} trajectories ...", flush=True)
            bench.prepare(options.trajectories, options.seed)
            costs = bench.measure(options.runs)
            first_kept, again_kept = show(costs)
            same = all(same_figures(bench, number) for number in range(1, options.runs + 1))
            if not first_kept:
                print(f"\nThe script itself: {(work / 'floor-1.log').read_text(encoding='utf-8').strip()}")
                bench.profile(costs, fresh=True)
            if not again_kept:
                bench.profile(costs, fresh=False)
        except FailedError as error:
            print(error, file=sys.stderr)
            return 1
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
