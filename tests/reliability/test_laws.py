"""Laws that hold for any deliveries, on made lakes: nobody has to know the right figures to see a wrong one.

One lake every day, forty in the nightly run.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from exports import load_questions
from exports.build import build
from exports.figures.identity import GEMEENTE, VLAANDEREN, FigureId
from tests.oracle.sources import SOURCES
from tests.reliability import made_deliveries
from tests.reliability.made_deliveries import DAYS, Deliveries, write_file
from tests.reliability.made_lake import MadeLake, Rows, counted

pytestmark = pytest.mark.slow
EVERY_DAY, NIGHTLY = (1,), range(2, 41)
AS_OF = dt.date(2026, 3, 31)
GEOGRAPHIES = (dt.date(2017, 1, 1), dt.date(2018, 12, 31), dt.date(2019, 1, 1), dt.date(2024, 12, 31), AS_OF)
"""The first and last days of each set of municipalities."""

# The columns of a mart that count rows of a fact, or add up money, and what else is in its key beside year and place.
# Not in it: means and shares, and the clients of the activation ratio, who count once per municipality. Nor the number
# of wage subsidies: trajectory and month count once per municipality too, so that a merger can join two.
ADDED_UP = {
    "mart_started_duration": (("trajectories",), ("expected_months",)),
    "mart_started_profile": (("trajectories",), ("characteristic", "category")),
    "mart_wage_subsidies": (("amount_eur", "correction_eur"), ("basis",)),
    "mart_ended_duration": (("trajectories",), ("ending", "duration_class")),
    "mart_outflow": (("trajectories",), ("position",)),
    "mart_competence": (("measured", "with_training", "with_workplace_learning", "with_either"), ()),
    "mart_transmissions": (("measured", "with_transmission"), ()),
    "mart_aftercare": (
        ("ended", "with_art60", "timely_work", "with_wes", "with_ibo", "with_opleidingsstage", "with_coaching"),
        (),
    ),
    "mart_intake": (
        ("screened", "meeting_criteria", "incomplete", "referred", "referred_meeting", "referred_not_meeting"),
        (),
    ),
}
# What the figure of an annex for Flanders counts: (mart, measure, category) -> rows of a fact by year.
FACTS = {
    (
        "mart_started_duration",
        "trajectories",
        "months/*",
    ): "select start_year, count(*) from facts.fct_trajectory group by 1",
    ("mart_started_profile", "trajectories", "gender/*"): (
        "select start_year, count(*) from facts.fct_trajectory group by 1"
    ),
    ("mart_wage_subsidies", "amount_eur", "performance"): (
        "select year(performance_month), sum(amount_eur) from facts.fct_wage_subsidy group by 1"
    ),
    ("mart_ended_duration", "trajectories", "*"): (
        "select end_year, count(*) from facts.fct_trajectory where is_ended group by 1"
    ),
    ("mart_outflow", "trajectories", "position/*"): "select measuring_year, count(*) from facts.fct_outcome group by 1",
    ("mart_transmissions", "measured", ""): "select measuring_year, count(*) from facts.fct_outcome group by 1",
    ("mart_aftercare", "ended", ""): "select end_year, count(*) from facts.fct_aftercare group by 1",
    ("mart_intake", "screened", ""): "select screening_year, count(*) from facts.fct_screening group by 1",
}
WITHOUT_COUNT = {"mart_activation_ratio"}
"""Of annexes that show means over months alone."""

Started = set[tuple[Any, ...]]


@dataclass(frozen=True)
class Made:
    """Deliveries of one seed, all of them in the lake, and what the warehouse makes of them."""

    lake: MadeLake
    folder: Path
    deliveries: Deliveries
    files: list[Path]
    marts: dict[str, Rows]
    columns: dict[str, list[str]]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> MadeLake:
    return MadeLake(tmp_path_factory.mktemp("laws") / "data")


@pytest.fixture(
    scope="module", params=[*EVERY_DAY, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in NIGHTLY)]
)
def made(request: pytest.FixtureRequest, lake: MadeLake, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp(f"seed-{request.param}")
    deliveries = made_deliveries.make(request.param)
    files = deliveries.write(folder / "whole")
    lake.deliver(files)
    marts = lake.marts(AS_OF)
    with lake.built(AS_OF) as con:
        columns = {name: [row[0] for row in con.execute(f"describe marts.{name}").fetchall()] for name in marts}
    return Made(lake, folder, deliveries, files, marts, columns)


def started(lake: MadeLake, as_of: dt.date) -> Started:
    with lake.built(as_of) as con:
        return set(con.execute("select trajectory_id from facts.fct_trajectory").fetchall())


def test_the_made_deliveries_prove_something(made: Made) -> None:
    """Every mart has rows, and some rows were withdrawn, corrected and refused."""
    assert all(len(rows) > 3 for rows in made.marts.values())
    with made.lake.built(AS_OF) as con:
        query = f"select count(*) from read_parquet('{made.lake.data.lake}/*/*.parquet', union_by_name = true)"
        ((withdrawn,),) = con.execute(f"{query} where verwijderd").fetchall()
    assert withdrawn
    assert list(made.lake.data.quarantine.glob("*/*.parquet"))
    # Some rows of every source break no rule, and a part of them are dealt out over two files by the law below.
    assert {source for (source, _), rows in made.deliveries.sound.items() if len(rows) > 2} == set(SOURCES)


def test_totals_per_year_are_the_same_under_every_geography(made: Made) -> None:
    made.lake.deliver(made.files)
    for geography in GEOGRAPHIES:
        found = made.lake.marts(AS_OF, geography)
        for mart, (measures, key) in ADDED_UP.items():
            for what in measures:
                wanted = counted(made.marts[mart], made.columns[mart], ("year", *key), what)
                assert counted(found[mart], made.columns[mart], ("year", *key), what) == wanted, (mart, what, geography)


def test_every_annex_adds_up_to_its_fact(made: Made) -> None:
    """In the full edition: the municipalities to Flanders, and Flanders to the rows of the fact."""
    made.lake.deliver(made.files)
    published = made.lake.published(AS_OF)
    with made.lake.built(AS_OF) as con:
        facts = {signature: dict(con.execute(query).fetchall()) for signature, query in FACTS.items()}
    checked = 0
    for question in load_questions().values():
        for annex in question.annexes:
            built = build(published.path, question, annex, edition_name="volledig")
            shown: dict[FigureId, Any] = {figure.id: figure.value for figure in built.shown_figures()}
            added = defaultdict[tuple[str, str, int, str], Any](int)
            for figure, value in shown.items():
                if figure.level == GEMEENTE and figure.measure in ADDED_UP.get(figure.mart, ((), ()))[0]:
                    added[figure.mart, figure.measure, figure.year, figure.category] += value
            for (mart, measure, year, category), total in added.items():
                flanders = FigureId(mart, measure, year, VLAANDEREN, VLAANDEREN, category)
                assert shown.get(flanders, total) == total, flanders
            marts = {figure.mart for figure in shown if figure.level == GEMEENTE}  # others are shown to compare
            wanted = {signature: rows for signature, rows in facts.items() if signature[0] in marts}
            assert wanted or marts <= WITHOUT_COUNT, f"{annex.key} is held against no fact"
            for (mart, measure, category), rows in wanted.items():
                for year in built.figures.years:
                    total = shown[FigureId(mart, measure, year, VLAANDEREN, VLAANDEREN, category)]
                    assert total == rows.get(year, 0), (annex.key, year)
                    assert added[mart, measure, year, category] == total, (annex.key, year)
                    checked += 1
    assert checked > 30


def test_a_later_as_of_loses_no_started_trajectory_that_was_not_withdrawn(made: Made) -> None:
    made.lake.deliver(made.files)
    days = [*DAYS, AS_OF]
    found = [started(made.lake, day) for day in days]
    assert found[0] and found[-1] - found[0]
    for earlier, later, day in zip(found, found[1:], days[1:], strict=False):
        with made.lake.built(day) as con:
            query = f"""
                select traject_id from '{made.lake.data.lake}/trajecten/*.parquet'
                where verwijderd and _delivered_on <= date '{day}'
            """
            assert earlier - later <= set(con.execute(query).fetchall()), day


def test_what_is_delivered_after_as_of_changes_nothing(made: Made) -> None:
    day = DAYS[1]
    made.lake.deliver(made.files)
    wanted = made.lake.marts(day)
    made.lake.deliver([path for path in made.files if dt.date.fromisoformat(path.stem.split("_")[-2]) <= day])
    assert made.lake.marts(day) == wanted
    assert wanted != made.marts


def test_a_delivery_in_parts_is_the_same_delivery(made: Made) -> None:
    made.lake.deliver(made.deliveries.write(made.folder / "parts", parts=3))
    assert made.lake.marts(AS_OF) == made.marts


def test_withdrawing_rows_and_delivering_them_again_changes_nothing(made: Made) -> None:
    """Of every source a third of the rows that count: first withdrawn, which shows, then delivered as they were."""
    withdrawn, again = [], []
    days = (dt.date(2025, 12, 1), dt.date(2025, 12, 2))
    for source, contract in SOURCES.items():
        newest = {}
        for day in DAYS:
            sound = {id(row) for row in made.deliveries.sound[source, day]}
            for row in made.deliveries.rows[source, day]:
                key = tuple(str(row[name]).strip().casefold() for name in contract.key)
                newest[key] = row if id(row) in sound and not row.get("verwijderd") else None
        chosen = [row for row in newest.values() if row is not None][::3]
        gone = [{name: row[name] for name in contract.key} | {"verwijderd": True} for row in chosen]
        withdrawn.append(write_file(made.folder, source, days[0], "weg", gone))
        again.append(write_file(made.folder, source, days[1], "terug", chosen))
    made.lake.deliver([*made.files, *withdrawn])
    assert made.lake.marts(AS_OF) != made.marts
    made.lake.deliver([*made.files, *withdrawn, *again])
    assert made.lake.marts(AS_OF) == made.marts
