"""What a reader of the public edition sees of a made-up world: every figure that annexes show, or None. No tests here.

Written apart from the engine: figures are counted from the marts of the world, zeros included, at every level.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from exports.disclosure.control import Control, control
from exports.disclosure.geography import territories
from exports.disclosure.releases.published import PublishedSystem
from exports.figures.identity import GEMEENTE, PROVINCIE, VLAANDEREN, FigureId
from tests.disclosure.release_attacker import Key, View, key_of
from tests.disclosure.world import FakePublication

EVERYTHING: Mapping[str, tuple[int, ...]] = {
    "mart_started_duration": (2022, 2023),
    "mart_started_profile": (2021, 2022, 2023),
    "mart_wage_subsidies": (2022, 2023),
    "mart_ended_duration": (2021, 2022, 2023),
    "mart_outflow": (2022, 2023),
    "mart_competence": (2022, 2023),
    "mart_transmissions": (2022, 2023),
    "mart_aftercare": (2022, 2023),
    "mart_intake": (2022, 2023),
}
AMOUNTS = ("amount_eur", "correction_eur")
_DERIVED = {"mart_aftercare": ("aftercare_months",), "mart_transmissions": ("with_transmission_pct",)}
_KEYS = (
    "year",
    "nis_code",
    "basis",
    "aftercare_months",
    "trajectories",
    "expected_months",
    "characteristic",
    "category",
    "ending",
    "duration_class",
    "position",
)


def figures(
    world: FakePublication,
    marts: Mapping[str, Iterable[int]],
    levels: Iterable[str] = (GEMEENTE, PROVINCIE, VLAANDEREN),
) -> dict[FigureId, int]:
    """Every count of these marts and years that the annexes show at these levels, with its value."""
    chosen = set(levels)
    result: dict[FigureId, int] = {}
    for mart, years in marts.items():
        for year in years:
            rows = [row for row in world.marts[mart] if row["year"] == year]
            counts: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
            for row in rows:
                for measure, category, number in _counts(mart, row):
                    level = GEMEENTE if _detail(category) else None
                    _spread(world, counts[measure, category, level or ""], row["nis_code"], number)
            for (measure, category, only), numbers in counts.items():
                for place in world.municipalities:
                    for level, name in (
                        (GEMEENTE, place.nis_code),
                        (PROVINCIE, place.province),
                        (VLAANDEREN, VLAANDEREN),
                    ):
                        if level in chosen and only in ("", level):
                            number = numbers.get(f"{level} {name}", 0)
                            result[FigureId(mart, measure, year, level, name, category)] = number
    return result


def _spread(world: FakePublication, numbers: dict[str, int], code: str, number: int) -> None:
    place = next(item for item in world.municipalities if item.nis_code == code)
    for name in (f"{GEMEENTE} {code}", f"{PROVINCIE} {place.province}", f"{VLAANDEREN} {VLAANDEREN}"):
        numbers[name] += number


def _detail(category: str) -> bool:
    return category.startswith("months/") and category[7:].isdigit() and int(category[7:]) > 24


def _counts(mart: str, row: Mapping[str, object]) -> Iterable[tuple[str, str, int]]:
    """(measure, category, number) of everything that one row counts in."""
    if "trajectories" not in row:
        for measure, number in row.items():
            if measure not in _KEYS and isinstance(number, int) and measure not in AMOUNTS:
                yield measure, str(row.get("basis", "")), number
        return
    number = row["trajectories"]
    assert isinstance(number, int)
    if mart == "mart_started_duration":
        months = row["expected_months"]
        name = "months/unknown" if months is None else f"months/{months}"
        names = [name, "months/*", *(["months/25+"] if _detail(name) else [])]
    elif mart == "mart_started_profile":
        names = [f"{row['characteristic']}/{row['category']}", f"{row['characteristic']}/*"]
    elif mart == "mart_ended_duration":
        names = [f"{row['ending']}/{row['duration_class']}", f"{row['ending']}/*", "*"]
    else:
        names = [f"position/{row['position']}", "position/*"]
    for name in names:
        yield "trajectories", name, number


def controlled(
    world: FakePublication,
    marts: Mapping[str, Iterable[int]] = EVERYTHING,
    name: str = "q",
    earlier: Iterable[PublishedSystem] = (),
    **options,
) -> Control:
    """The control of everything that these marts show."""
    shown = set(figures(world, marts))
    for mart, measures in _DERIVED.items():
        shown |= {figure._replace(measure=measure) for figure in shown if figure.mart == mart for measure in measures}
    shown |= {figure._replace(measure=name) for figure in shown if figure.measure == "subsidies" for name in AMOUNTS}
    return control(world, shown, name, earlier=tuple(earlier), **options)


def view(outcome: Control, world: FakePublication, marts: Mapping[str, Iterable[int]], date: dt.date) -> View:
    """The public tables, through the question that the annexes ask of every figure."""
    cells: dict[Key, int | None] = {}
    for figure, value in figures(world, marts).items():
        shown = None if outcome.hidden(figure) else value
        assert cells.setdefault(key_of(figure), shown) == shown, f"{figure}: two tables disagree about what is hidden"
    return View(
        cells,
        {item.nis_code: item.province for item in world.municipalities},
        territories(outcome.release.geography, date),
    )


def truth(world: FakePublication, marts: Mapping[str, Iterable[int]]) -> dict[Key, int]:
    """The true value of every cell of the view."""
    return {key_of(figure): value for figure, value in figures(world, marts).items()}
