"""`write_demo`: draw the world, add the irregularities of each source, write the deliveries."""

import shutil
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from .files import connect, texts, write_delivery
from .irregularities import Irregularities
from .rows import BUILDERS
from .schedule import SYNTHETIC, schedule
from .world import draw_world

FEWEST_TRAJECTORIES, MOST_TRAJECTORIES = 50, 500_000
#: Corrections, measured outcomes and the growth path need some years.
EARLIEST_LAST_YEAR = 2020


class InboxInUseError(Exception):
    """The inbox holds something that the demo may not be mixed with, or may not replace."""


@dataclass
class DemoSummary:
    """What was written. All of it is synthetic.

    rows: rows written per source (header and blank lines aside); planted: per source and rule of the delivery format,
    the rows that break it. `overlapping_trajectory` and `unknown_trajectory` show in the warehouse only, once all
    deliveries are loaded. running: trajectories that run in each year.
    """

    inbox: Path
    trajectories: int
    seed: int
    last_year: int
    files: list[Path] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    planted: dict[str, dict[str, int]] = field(default_factory=dict)
    running: dict[int, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """One line for a terminal."""
        broken = sum(sum(rules.values()) for rules in self.planted.values())
        return (
            f"{len(self.files)} synthetic deliveries ({sum(self.rows.values()):,} rows, {broken:,} of them broken or "
            f"doubtful on purpose) about {self.trajectories:,} trajectories, 2017-{self.last_year}, in {self.inbox}"
        )


def write_demo(inbox: Path, trajectories: int = 60_000, seed: int = 1, last_year: int | None = None) -> DemoSummary:
    """Write synthetic deliveries of all ten sources into `inbox`.

    The same (trajectories, seed, last_year) give the same bytes. `last_year` is by default the last full calendar
    year. Totals scale with `trajectories` (50 to 500,000). Deliveries appear in the inbox together, when all are done.
    Raises ValueError for numbers out of range, InboxInUseError when the inbox holds real deliveries, or other content
    under a name that the demo would use.
    """
    last_year = date.today().year - 1 if last_year is None else last_year
    if not FEWEST_TRAJECTORIES <= trajectories <= MOST_TRAJECTORIES:
        raise ValueError(f"trajectories must lie between {FEWEST_TRAJECTORIES} and {MOST_TRAJECTORIES:,}")
    if seed < 0:
        raise ValueError("seed must not be negative")
    if not EARLIEST_LAST_YEAR <= last_year <= 2099:
        raise ValueError(f"the last year must be {EARLIEST_LAST_YEAR} or later")
    inbox.mkdir(parents=True, exist_ok=True)
    _reject_real_deliveries(inbox)
    summary = DemoSummary(inbox, trajectories, seed, last_year)
    staging = inbox / f".{SYNTHETIC}"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    try:
        names = _write_all(staging, summary)
        summary.files = _move(staging, inbox, names)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return summary


def _write_all(folder: Path, summary: DemoSummary) -> list[str]:
    """Write all deliveries into `folder`, fill the summary, return the file names."""
    world = draw_world(summary.trajectories, summary.seed, summary.last_year)
    summary.running = {year: world.trajectories.running_in(year) for year in range(2017, summary.last_year + 1)}
    names: list[str] = []
    with connect() as con:
        for source, build in BUILDERS.items():
            rows = build(world)
            plan = schedule(source, summary.last_year)
            irregular = Irregularities(rows, plan, partial(texts, con, rows), summary.seed)
            written = [write_delivery(con, folder, one, index, irregular) for index, one in enumerate(plan.deliveries)]
            names += [one.file_name for one, count in zip(plan.deliveries, written, strict=True) if count]
            summary.rows[source] = sum(written)
            summary.planted[source] = dict(sorted(irregular.planted.items()))
    if world.links.overlapping:
        summary.planted["trajecten"]["overlapping_trajectory"] = world.links.overlapping
    return names


def _reject_real_deliveries(inbox: Path) -> None:
    names = [path.name for path in inbox.iterdir() if path.is_file() and not path.name.startswith(".")]
    if real := [name for name in names if SYNTHETIC not in name]:
        raise InboxInUseError(f"{inbox} holds files that are not synthetic ({min(real)} …): use another folder")


def _move(staging: Path, inbox: Path, names: list[str]) -> list[Path]:
    """Put the finished files in the inbox. Raises `InboxInUseError`, before moving any, rather than replace content."""
    for name in names:
        target = inbox / name
        if target.exists() and target.read_bytes() != (staging / name).read_bytes():
            raise InboxInUseError(f"{target} exists with other content: use an empty folder for this demo")
    return [(staging / name).replace(inbox / name) for name in names]
