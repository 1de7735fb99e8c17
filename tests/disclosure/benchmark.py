"""Share of hidden cells and seconds of the disclosure control, beside an established tool where it is installed.

    python -m tests.disclosure.benchmark <publication folder> [question ...]

The tool is tau-Argus (`pip install pytauargus`, EUPL; not a dependency of the project). It protects one table at a
time, so the comparison is on single tables, municipality by category of one year with their totals: the same small
cells, hidden cells of both. It lets a hidden count be 0 and asks for an interval relative to the cell (here 100 %); the
policy's reader knows that a hidden count is at least 1, to whom two hidden cells of 1 with a known sum of 2 are no
secret. So tau-Argus hides fewer, and the audit says what such a reader gets out of its pattern.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from exports.disclosure.audit import audit
from exports.disclosure.geography import level_of
from exports.disclosure.parts import suppress
from exports.disclosure.system import CellId, System
from exports.figures.identity import GEMEENTE
from exports.questions.question import load_questions
from tests.disclosure.question import control_question

TABLES = (
    ("started", "gender"),
    ("started", "age"),
    ("started", "schooling"),
    ("started", "months"),
    ("measured", "position"),
)
YEAR = 2023


def measure(folder: Path, name: str) -> System:
    """Control one question and print what it took and what it hid."""
    began, worked = time.perf_counter(), time.process_time()
    outcome = control_question(folder, load_questions()[name])
    seconds, work = time.perf_counter() - began, time.process_time() - worked
    report, release = outcome.report, outcome.release
    assert report is not None
    print(f"\n{name}: {seconds:.1f} s ({work:.1f} s of processor), audit {'passed' if outcome.passed else 'FAILED'}")
    print(f"  hidden {report.hidden}: free {report.wide}, never small {report.large}, findings {len(report.findings)}")
    began = time.perf_counter()
    alone = audit(release.system.published(set(release.hidden)))
    print(f"  the audit without any point handed in: {time.perf_counter() - began:.1f} s, passed {alone.passed}")
    print(f"  {'population':30}{'level':14}{'not 0':>8}{'small':>8}{'hidden':>8}{'small %':>9}{'hidden %':>9}")
    totals = [0, 0, 0]
    for (population, level), row in sorted(outcome.release.tallies().items()):
        _line(population, level, *row)
        totals = [sum(pair) for pair in zip(totals, row, strict=True)]
    _line("all", "", *totals)
    return release.system


def _line(population: str, level: str, cells: int, small: int, hidden: int) -> None:
    shares = f"{100 * small / cells:9.1f}{100 * hidden / cells:9.1f}"
    print(f"  {population:30}{level:14}{cells:8}{small:8}{hidden:8}{shares}")


def single_table(system: System, population: str, year: int, family: str) -> dict[tuple[str, str], int]:
    """(municipality, category) -> count, without zeros."""
    return {
        (cell.place, cell.item): value
        for cell, value in zip(system.cells, system.values, strict=True)
        if (cell.population, cell.year, level_of(cell.place)) == (population, year, GEMEENTE)
        and cell.item.startswith(f"{family}/")
        and "|" not in cell.item
    }


def system_of(table: dict[tuple[str, str], int]) -> System:
    """The table with its totals."""
    system = System(4)
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for (place, item), number in table.items():
        for key in ((place, item), (place, "total"), ("all", item), ("all", "total")):
            sums[key] += number
    for (place, item), number in sums.items():
        cost = (1 if place != "all" else 20) * (1 if item != "total" else 3)
        system.add(CellId("table", 0, place, item), number, cost=cost)
    places = sorted({place for place, _ in table})
    items = sorted({item for _, item in table})
    for place in (*places, "all"):
        system.equate(CellId("table", 0, place, "total"), [CellId("table", 0, place, item) for item in items])
    for item in (*items, "total"):
        system.equate(CellId("table", 0, "all", item), [CellId("table", 0, place, item) for place in places])
    return system


def tau_argus(table: dict[tuple[str, str], int], system: System, method: str) -> tuple[set[int], float]:
    """(hidden cells of the system, seconds) of tau-Argus for the same table."""
    from pytauargus import protect  # ty: ignore[import-not-found]

    codes = {item: f"c{number}" for number, item in enumerate(sorted({item for _, item in table}))}
    places = [place for (place, _), number in table.items() for _ in range(number)]
    items = [codes[item] for (_, item), number in table.items() for _ in range(number)]
    micro = {"place": places, "item": items, "people": [1.0] * len(places)}
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), _quiet():  # it leaves logs where it runs
        result = protect(
            micro, ["place", "item"], response="people", safety_rules="FREQ(4,100)", suppress=method, workdir=folder
        )
        found = result.tables[0]
        safe = found.safe(None)
        rows = found.rows() if callable(found.rows) else found.rows
    seconds = time.perf_counter() - began
    names = {code: item for item, code in codes.items()} | {"Total": "total"}
    hidden = set()
    for row, value in zip(rows, safe, strict=True):
        first, second = (row["place"], row["item"]) if isinstance(row, dict) else row[:2]
        place, item = first.strip(), names.get(second.strip(), "total")
        cell = CellId("table", 0, "all" if place in ("", "Total") else place, item)
        if value is None and cell in system.index:
            hidden.add(system.index[cell])
    return hidden, seconds


@contextlib.contextmanager
def _quiet():
    """The engine writes its progress to the process's own output."""
    sys.stdout.flush()
    saved = os.dup(1)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            os.dup2(saved, 1)
            os.close(saved)


def compare(whole: System) -> None:
    """Single tables of one year: our pattern beside that of tau-Argus, and what our audit says of the latter."""
    tau = importlib.util.find_spec("pytauargus") is not None
    print(f"\nsingle tables of {YEAR}, municipality x category{'' if tau else ' (pytauargus is not installed)'}")
    print(
        f"  {'table':20}{'not 0':>7}{'small':>7}{'hidden':>8}{'s':>6}   tau-Argus: hidden, s, and what our audit finds"
    )
    for population, family in TABLES:
        table = single_table(whole, population, YEAR, family)
        system = system_of(table)
        began = time.perf_counter()
        pattern = suppress(system)
        seconds = time.perf_counter() - began
        assert audit(system.published(pattern.hidden), pattern.points).passed
        others = []
        for method in ("OPT(1)", "MOD(1)") if tau else ():
            hidden, took = tau_argus(table, system, method)
            found = Counter(
                "determined" if item.determined else "confined" for item in audit(system.published(hidden)).findings
            )
            others.append(f"{method[:3]} {len(hidden)} {took:.1f} {dict(found)}")
        small = sum(map(system.is_small, range(len(system.cells))))
        counts = f"{len(system.cells):7}{small:7}{len(pattern.hidden):8}{seconds:6.2f}"
        print(f"  {population + ' ' + family:20}{counts}   {'; '.join(others)}")


def main(arguments: list[str]) -> None:
    folder, *names = arguments
    systems = [measure(Path(folder), name) for name in names or load_questions()]
    for system in systems:
        if any((cell.population, cell.year) == ("started", YEAR) for cell in system.cells):
            compare(system)
            return


if __name__ == "__main__":
    main(sys.argv[1:])
