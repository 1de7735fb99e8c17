"""Atoms that are no finer than need be say as much as those of single categories at every level."""

import random
from pathlib import Path

import pytest

from tests.adversary import solving
from tests.adversary.atoms import LEVELS, Release, Whole
from tests.adversary.meaning import expanded, meaning
from tests.adversary.reading import Cell, Publication
from tests.adversary.solving import attack

RELEASE = ("2024-01-01", "2024-01-01")
YEARS = (2022, 2023)
PLACES = {  # municipality: arrondissement, province
    "g:11001": ("a:Antwerpen", "p:Antwerpen"),
    "g:11002": ("a:Antwerpen", "p:Antwerpen"),
    "g:12021": ("a:Mechelen", "p:Antwerpen"),
    "g:44021": ("a:Gent", "p:Oost-Vlaanderen"),
    "g:44084": ("a:Gent", "p:Oost-Vlaanderen"),
}
SINGLE = ("man", "vrouw", "x", "onbekend")
DIVISIONS = (
    SINGLE,
    ("man", "vrouw_x_of_onbekend"),
    ("man", "vrouw", "x_of_onbekend"),
    ("man_of_onbekend", "vrouw_of_x"),
)
POLICY = """
classes:
  some:
    mart_started_profile:
      gender:
        - {members: [v, x, unknown], label: "Vrouw, X of onbekend"}
        - {members: [m, unknown], label: Man of onbekend}
  others:
    mart_started_profile:
      gender:
        - {members: [x, unknown], label: X of onbekend}
        - {members: [v, x], label: Vrouw of X}
"""


def world(chance: random.Random, policy: Path) -> Publication:
    """Each level in classes of its own, by year or years together, a third of it hidden."""
    pub = Publication(province={(RELEASE[1], area): province for area, (_, province) in PLACES.items()})
    truth = {(area, year, code): chance.choice((0, 1, 2, 5)) for area in PLACES for year in YEARS for code in "mvx"} | {
        (area, year, "unknown"): chance.choice((0, 0, 1)) for area in PLACES for year in YEARS
    }
    every = frozenset(("m", "v", "x", "unknown"))
    for prefix in LEVELS:
        places = {"g:": list(PLACES), "v": ["v"]}.get(prefix) or sorted(
            {area for of in PLACES.values() for area in of if area.startswith(prefix)}
        )
        measures = [f"opgestart_profiel/geslacht_{name}" for name in chance.choice(DIVISIONS)]
        periods = chance.choice(([(year,) for year in YEARS], [YEARS]))
        shown = [(measure, years) for measure in measures for years in periods]
        shown += [("opgestart", years) for years in chance.choice(([(year,) for year in YEARS], []))]
        for measure, years in shown:
            codes = expanded(meaning(measure, policy).codes, every) or every
            for place in places:
                inside = [area for area, of in PLACES.items() if place in (area, "v", *of)]
                count = sum(truth[area, year, code] for area in inside for year in years for code in codes)
                hidden = count and chance.random() < 0.4
                pub.values[Cell(RELEASE, measure, years, place)] = None if hidden else count
    return pub


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_lost(tmp_path, monkeypatch, seed):
    policy = tmp_path / "policy.yml"
    policy.write_text(POLICY, encoding="utf-8")
    pub = world(random.Random(seed), policy)
    meanings = {cell.measure: meaning(cell.measure, policy) for cell in pub.values}
    monkeypatch.setattr(solving, "ENOUGH", solving.MOST)  # so that every figure is bounded

    def bounds() -> dict[Cell, tuple[int, int]]:
        release = Release(pub, RELEASE, meanings)
        hidden = {cell: release.sum(*cell[1:]) or [] for cell, value in pub.values.items() if value is None}
        made = attack(release.rows(), hidden)
        assert made.contradictions == 0
        return {bound.cell: (bound.low, bound.high) for bound in made.found}

    found = bounds()
    assert found

    def to_the_finest(whole: Whole) -> None:
        for name, family in whole.families.items():
            family.__dict__["told"] = [tuple(frozenset({code}) for code in sorted(family.every))] * len(LEVELS)
            whole.divisions |= {(name, level): family.told[level] for level in range(len(LEVELS))}

    monkeypatch.setattr(Whole, "divide", to_the_finest)
    assert bounds() == found
