"""Every ratio that a finished run can take apart, recomputed from the tables of the oracle and summed."""

from __future__ import annotations

import math
from collections import defaultdict

import pytest

from exports import load_questions
from exports.figures.collect import collect
from exports.figures.identity import GEMEENTE, PROVINCIE, VLAANDEREN
from exports.figures.reading import PublicationReader
from exports.figures.split import BASIS, Factors, RatioSplit, parts
from tests.conftest import Finished
from tests.oracle import marts

ANNEX = load_questions()["twe-2018"].annex("1")
YEARS = tuple(range(2018, 2026))
Counts = dict[tuple[str, str, int], list[float]]
"""(level, place, year) -> clients, leefloners, started."""


def counted(finished: Finished, as_of) -> Counts:
    """The counts of every place, from the oracle's own marts."""
    tables = marts(finished.ledger, as_of)
    found: Counts = defaultdict(lambda: [0.0, 0.0, 0.0])

    def add(row, at: int, number: float) -> None:
        for level, place in (
            (GEMEENTE, row["nis_code"]),
            (PROVINCIE, row["province"]),
            (VLAANDEREN, VLAANDEREN),
        ):
            found[level, place, row["year"]][at] += number

    for row in tables["mart_activation_ratio"]:
        if row["basis"] == BASIS:
            add(row, 0, row["clients_in_twe"])
            add(row, 1, row["leefloners"])
    for row in tables["mart_started_duration"]:
        add(row, 2, row["trajectories"])
    return found


@pytest.mark.slow
def test_every_split_is_that_of_the_oracle_and_adds_up(finished: Finished) -> None:
    with PublicationReader(finished.data.current.resolve()) as publication:
        as_of = publication.facts.as_of
        split = RatioSplit(publication, collect(publication, ANNEX.kind, YEARS, ANNEX.options))
        counts = counted(finished, as_of)
        made = {where: split.factors(*where) for where in counts if YEARS[0] <= where[2] < as_of.year}
    checked, furthest = 0, 0.0
    for (level, place, year), now in made.items():
        own = counts[level, place, year]
        assert (now is None) == (not all(own)), (level, place, year)
        if now is None:
            continue
        assert (now.clients, now.leefloners, now.started) == pytest.approx(tuple(own), rel=1e-12)
        for other in ((level, place, year - 1), (VLAANDEREN, VLAANDEREN, year)):
            theirs = counts.get(other)
            if theirs is None or not all(theirs) or other == (level, place, year):
                continue
            of = parts(now, Factors(*theirs))
            ratio, before = 100 * own[0] / own[1], 100 * theirs[0] / theirs[1]
            weight = (
                ratio if math.isclose(ratio, before, rel_tol=1e-12) else (ratio - before) / math.log(ratio / before)
            )
            wanted = (
                weight * math.log(own[2] / theirs[2]),
                -weight * math.log(own[1] / theirs[1]),
                weight * math.log(own[0] / own[2] * theirs[2] / theirs[0]),
            )
            assert (of.started, of.leefloners, of.months) == pytest.approx(wanted, rel=1e-9, abs=1e-9)
            furthest = max(furthest, abs(of.inflow + of.months - (ratio - before)))
            checked += 1
    assert checked > 20
    assert furthest < 1e-9
