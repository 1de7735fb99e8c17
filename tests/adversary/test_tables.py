"""The attacker on tables designed for publishing, in small worlds written by hand: what can be told it finds, and what
can't be told it leaves."""

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.adversary.__main__ import main
from tests.adversary.reading import HIDDEN, confidential

Shown = tuple[str, str, str, object]
"""(area, figure, period, value)"""
HEADER = "niveau nis_code gebied arrondissement provincie tabel cijfer eenheid periode waarde"
POLICY = """
classes:
  rare:
    mart_started_profile:
      gender:
        - {members: [v, x, unknown], label: "Vrouw, X of onbekend"}
"""


TABLES = {"1_opgestart_duur": "Opgestart", "2_opgestart_profiel": "Geslacht", "4_beeindigd": "Beëindigd"}


def row(table: str, area: str, figure: str, period: str, value: object) -> tuple[object, ...]:
    """Of Antwerp, all of it."""
    level = {"v": "vlaanderen", "p": "provincie", "a": "arrondissement"}.get(area[0], "gemeente")
    name = {"v": "Vlaanderen"}.get(area[0], "Antwerpen" if area[0] in "pa" else area)
    code = area if level == "gemeente" else "[z]"
    return (level, code, name, "Antwerpen", "Antwerpen", table, figure, "aantal", period, value)


class World:
    """Annexes written by hand: what is public, and every single figure of each year."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "policy.yml").write_text(POLICY, encoding="utf-8")

    def annex(self, name: str, public: Iterable[Shown], full: Iterable[Shown]) -> None:
        package = self.folder / "vraag" / f"bijlage_{name}_csv"
        for into, rows in ((package, public), (confidential(package), full)):
            into.mkdir(parents=True)
            for file, header, lines in (
                ("cijfers.csv", HEADER, [row(TABLES[name], *each) for each in rows]),
                ("herkomst.csv", "gegeven waarde", [("Stand op", "2024-01-01"), ("Geografie op", "2024-01-01")]),
            ):
                with (into / file).open("w", encoding="utf-8", newline="") as written:
                    csv.writer(written).writerows([header.split(), *lines])

    def attack(self, *options: str) -> int:
        return main([str(self.folder), "--policy", str(self.folder / "policy.yml"), *options])


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def by_year(area: str, figure: str, first: int, values: Iterable[object]) -> list[Shown]:
    return [(area, figure, str(first + number), value) for number, value in enumerate(values)]


@pytest.mark.parametrize(("hidden", "status"), [({2022}, 1), ({2022, 2023}, 0)])
def test_years_and_years_together_give_the_difference(world, capsys, hidden, status):
    counts = by_year("11001", "Totaal", 2020, (10, 8, 2, 9))
    shown = [(*of, HIDDEN if int(of[2]) in hidden else value) for *of, value in counts]
    world.annex("2_opgestart_profiel", [*shown, ("11001", "Totaal", "2020-2023", 29)], counts)
    assert world.attack() == status
    assert ("2..2, truly 2" in capsys.readouterr().out) == bool(status)


@pytest.mark.parametrize(("unknown", "status"), [(0, 1), (12, 0)])
def test_a_class_is_its_categories(world, capsys, unknown, status):
    """Flanders shows women, X and unknown apart, its only province the three together."""
    counts = [
        ("v", "Man", "2023", 40),
        ("v", "Vrouw", "2023", 30),
        ("v", "X", "2023", 2),
        ("v", "Onbekend", "2023", unknown),
    ]
    shown = [(*of[:3], HIDDEN) if of[1] in ("X", "Onbekend") and of[3] else of for of in counts]
    world.annex(
        "2_opgestart_profiel",
        [*shown, ("p", "Man", "2023", 40), ("p", "Vrouw, X of onbekend", "2023", 32 + unknown)],
        counts,
    )
    assert world.attack() == status
    assert ("geslacht_x" in capsys.readouterr().out) == bool(status)


@pytest.mark.parametrize(("other", "status"), [(12, 1), (HIDDEN, 0)])
def test_a_shared_row_is_all_its_municipalities(world, capsys, other, status):
    singles = [("11001", "Totaal", "2023", 12), ("11004", "Totaal", "2023", 1), ("11005", "Totaal", "2023", 1)]
    shared = [
        ("p", "Totaal", "2023", 14),
        ("11001", "Totaal", "2023", other),
        ("11004,11005", "Totaal", "2023", HIDDEN),
    ]
    world.annex("2_opgestart_profiel", shared, singles)
    assert world.attack() == status
    assert ("g:11004,11005'): 2..2, truly 2" in capsys.readouterr().out) == bool(status)


@pytest.mark.parametrize(("women", "status"), [(0, 1), (4, 0)])
def test_people_of_one_year_are_no_more_than_the_arrondissement_has_in_it(world, capsys, women, status):
    """Three municipalities have people in 2021 alone, of which 2, 2 and 1 women: all that the arrondissement has then,
    or most. Each has a woman, so none has more than three; years together and totals don't say so."""
    men_and_women = {"11001": (6, 2), "11002": (6, 2), "11004": (6, 1), "11005": (10 - women, women)}
    full = [
        (place, figure, "2021", count)
        for place, counts in men_and_women.items()
        for figure, count in zip(("Man", "Vrouw", "Totaal"), (*counts, sum(counts)), strict=True)
    ]
    before = {"Man": 20, "Vrouw": 10, "Totaal": 30}
    full += [("11005", figure, "2020", count) for figure, count in before.items()]
    public: list[Shown] = [
        (place, figure, "2020-2021", HIDDEN) for place in men_and_women for figure in ("Man", "Vrouw")
    ]
    public += [each for each in full if each[1] == "Totaal"]
    public += [(place, "Totaal", "2020", 0) for place in men_and_women if place != "11005"]
    public += [("a", figure, "2020", count) for figure, count in before.items()]
    public += [("a", "Man", "2021", 28 - women), ("a", "Vrouw", "2021", 5 + women)]
    world.annex("2_opgestart_profiel", public, full)
    assert world.attack() == status
    told = capsys.readouterr().out
    assert (told.count("1..3, truly") == 3) == bool(status), told


@pytest.mark.parametrize(("later", "status"), [(6, 1), (5, 0)])
def test_what_ended_had_started(world, capsys, later, status):
    world.annex("1_opgestart_duur", *[by_year("11001", "totaal", 2017, (4, 5))] * 2)
    ended = by_year("11001", "totaal beëindigd", 2017, (2, later))
    world.annex("4_beeindigd", [(*ended[0][:3], HIDDEN), ended[1]], ended)
    assert world.attack() == status
    assert ("1..3, truly 2, by totals over the years" in capsys.readouterr().out) == bool(status)


def test_shares_are_of_what_is_not_0(world, capsys):
    shown = [("11001", "Totaal", "2022", 0), ("11001", "Totaal", "2023", 5), ("11002", "Totaal", "2023", HIDDEN)]
    shown += [("11001", "Man", "2022-2023", HIDDEN), ("p", "Man", "2023", 7)]
    world.annex("2_opgestart_profiel", shown, [])
    assert world.attack("--shares") == 0
    told = [line.split()[-6:] for line in capsys.readouterr().out.splitlines() if line.startswith("all annexes")]
    assert ["municipality", "totals", "by", "year", "2", "50.0%"] in told
    assert ["details", "years", "together", "1", "100.0%"] in [line[-5:] for line in told]
    assert ["province", "details", "by", "year", "1", "0.0%"] in told
