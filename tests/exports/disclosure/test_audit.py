"""The audit against enumeration of everything possible, and the suppression against the audit, on small systems."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from exports.disclosure.audit import AuditError, audit
from exports.disclosure.parts import suppress
from exports.disclosure.system import CellId, System, connected, split


def cell(row: int | str, column: int | str) -> CellId:
    return CellId("p", 2020, str(row), str(column))


def table(values: list[list[int]], threshold: int = 4) -> System:
    """A table with row totals, column totals and a grand total; zeros stay out, as in the real system."""
    system = System(threshold)
    height, width = len(values), len(values[0])
    whole = [[*row, sum(row)] for row in values]
    whole.append([sum(row[column] for row in whole) for column in range(width + 1)])
    for row, column in itertools.product(range(height + 1), range(width + 1)):
        if whole[row][column]:
            cost = 1 + 3 * (row == height) + 3 * (column == width) + 20 * (row == height and column == width)
            system.add(cell(row, column), whole[row][column], cost=cost)
    for row in range(height + 1):
        system.equate(cell(row, width), [cell(row, column) for column in range(width)])
    for column in range(width + 1):
        system.equate(cell(height, column), [cell(row, column) for row in range(height)])
    return system


def enumerate_ranges(system: System, hidden: set[int], top: int) -> dict[int, tuple[int, int]]:
    """Lowest and highest value of every hidden cell over all whole numbers 1..top that fit: the slow, sure way."""
    cells = sorted(hidden)
    found: list[tuple[int, ...]] = []
    for guess in itertools.product(range(1, top + 1), repeat=len(cells)):
        values = dict(enumerate(system.values)) | dict(zip(cells, guess, strict=True))
        equal = all(sum(values[c] * f for c, f in terms) == 0 for terms in system.equations)
        if equal and all(sum(values[c] * f for c, f in terms) >= 0 for terms in system.bounds):
            found.append(guess)
    return {c: (min(g[i] for g in found), max(g[i] for g in found)) for i, c in enumerate(cells)}


@pytest.mark.parametrize("seed", range(25))
def test_audit_agrees_with_enumeration(seed):
    rng = random.Random(seed)
    system = table([[rng.choice((0, 1, 2, 3, 5, 8)) for _ in range(3)] for _ in range(2)])
    inner = [number for number, name in enumerate(system.cells) if "2" not in name.place and name.item != "3"]
    hidden = set(rng.sample(inner, min(len(inner), rng.randint(2, 5))))
    if rng.random() < 0.5 and len(inner) > 2:
        system.bound([system.cells[inner[0]]], [system.cells[inner[1]], system.cells[inner[2]]])
    report = audit(system.published(hidden))
    ranges = enumerate_ranges(system, hidden, top=12)
    expected = {c: pair for c, pair in ranges.items() if pair[0] < 4 and pair[1] - pair[0] < 3}
    assert {f.cell: (f.lowest, f.highest) for f in report.findings} == expected
    assert report.hidden == len(hidden) == report.wide + report.large + len(report.findings)
    for finding in report.findings:
        assert finding.determined == (finding.lowest == finding.highest)


@pytest.mark.parametrize("seed", range(40))
def test_suppression_passes_the_audit_without_its_own_points(seed):
    rng = random.Random(1000 + seed)
    shape = rng.randint(2, 7), rng.randint(2, 6)
    values = (0, 1, 1, 2, 3, 4, 6, 15, 40)
    system = table([[rng.choice(values) for _ in range(shape[1])] for _ in range(shape[0])])
    pattern = suppress(system)
    small = {c for c in range(len(system.cells)) if system.is_small(c)}
    assert small == {c for c, value in enumerate(system.values) if value < 4} <= pattern.hidden
    alone = audit(system.published(pattern.hidden))
    helped = audit(system.published(pattern.hidden), pattern.points)
    assert alone.passed and helped.passed and not alone.findings
    assert (alone.hidden, alone.large) == (helped.hidden, helped.large)
    assert suppress(system, workers=1).hidden == pattern.hidden


def test_a_lone_hidden_cell_is_determined_and_avoidable():
    system = table([[2, 10, 20], [30, 40, 50]])
    (finding,) = audit(system.published({system.index[cell(0, 0)]})).findings
    assert (finding.lowest, finding.highest, finding.determined, finding.avoidable) == (2, 2, True, True)


def test_no_room_is_told_apart_from_a_mistake():
    """1 + 2 = 3 and the 3 is out already: whatever else is hidden, nothing more can be gained."""
    system = table([[1, 2], [10, 20]])
    hidden = {system.index[cell(0, 0)], system.index[cell(0, 1)], system.index[cell(1, 0)], system.index[cell(1, 1)]}
    total = system.index[cell(0, 2)]
    changeable = [number != total for number in range(len(system.cells))]
    assert all(item.avoidable for item in audit(system.published(hidden)).findings)
    report = audit(system.published(hidden), changeable=changeable)
    assert report.findings and report.passed
    assert not any(item.avoidable for item in report.findings)


def test_wrong_points_prove_nothing():
    system = table([[2, 10, 20], [30, 40, 50]])
    hidden = {system.index[cell(0, 0)]}
    lie = np.array(system.values)
    lie[system.index[cell(0, 0)]] = 9
    assert audit(system.published(hidden), [lie]).findings[0].determined


def test_contradicting_figures_are_an_error():
    system = table([[2, 10, 20], [30, 40, 50]])
    system.values[system.index[cell(0, 1)]] += 1
    with pytest.raises(AuditError, match="contradict"):
        audit(system.published(set()))
    with pytest.raises(ValueError, match="do not add up"):
        system.equate(cell(0, 3), [cell(0, column) for column in range(3)])


def test_means_count_in_parts_of_a_person():
    """Three twelfths of a client is small; the interval must be three clients wide, not three twelfths."""
    system = System(4)
    for place, value in (("a", 3), ("b", 60), ("c", 600), ("all", 663)):
        system.add(CellId("ratio", 2020, place, "clients"), value, unit=12, floor=1)
    system.equate(*_sum_of("all", "abc"))
    pattern = suppress(system)
    assert {system.cells[number].place for number in pattern.hidden} == {"a", "b"}
    (finding,) = audit(system.published({system.index[_sum_of("all", "a")[1][0]]})).findings
    assert (finding.lowest, finding.highest) == (3, 3)
    system.values[1], system.values[3] = 45, 648  # both small, 48 twelfths together: not room enough
    assert not audit(system.published(pattern.hidden)).passed
    assert {system.cells[number].place for number in suppress(system).hidden} == {"a", "b", "c"}


def _sum_of(total: str, parts: str) -> tuple[CellId, list[CellId]]:
    return CellId("ratio", 2020, total, "clients"), [CellId("ratio", 2020, part, "clients") for part in parts]


def test_exempt_cells_stay_shown_and_fixed_cells_stay_as_they_were():
    system = table([[2, 10, 20], [30, 40, 50]])
    system.exempt.add(system.index[cell(0, 0)])
    assert suppress(system).hidden == set()
    system = table([[2, 10, 20], [30, 40, 50]])
    system.fixed = {system.index[cell(0, 1)]: False, system.index[cell(1, 2)]: True}
    hidden = suppress(system).hidden
    assert system.index[cell(0, 1)] not in hidden and system.index[cell(1, 2)] in hidden
    assert audit(system.published(hidden)).passed


def test_parts_that_share_nothing_are_solved_apart():
    assert connected(4, [((0, 1), (2, -1))]) == [[0, 2], [1], [3]]
    system = table([[1, 5], [6, 7]])
    system.add(CellId("other", 2020, "x", "y"), 2)
    assert sorted(len(part.cells) for part in split(system)) == [1, 9]


def test_what_follows_a_hidden_cell_is_hidden_with_it():
    """An amount goes with its count, and is safe in the totals of the amounts."""
    system = table([[2, 10, 20], [30, 40, 50]])
    for place, value in (("a", 2), ("b", 60), ("c", 600), ("all", 662)):
        system.add(CellId("amounts", 2020, place, "total"), value)
    system.equate(CellId("amounts", 2020, "all", "total"), [CellId("amounts", 2020, p, "total") for p in "abc"])
    follower, leader = system.index[CellId("amounts", 2020, "c", "total")], system.index[cell(0, 0)]
    assert follower not in suppress(system).hidden
    system.follows[follower] = leader
    hidden = suppress(system).hidden
    assert {leader, follower} <= hidden and audit(system.published(hidden)).passed


def test_a_hidden_total_of_shown_parts_needs_no_protection_but_ties_them():
    """Two tables of the same people without their total: the one hidden cell of each still gives the other away."""
    system = System(4)
    for item, value in (("a/1", 2), ("a/2", 40), ("b/1", 30), ("b/2", 12)):
        system.add(CellId("p", 2020, "x", item), value)
    system.add(CellId("p", 2020, "x", "total"), 42, watched=False)
    for family in "ab":
        system.equate(CellId("p", 2020, "x", "total"), [CellId("p", 2020, "x", f"{family}/{n}") for n in (1, 2)])
    small, total = system.index[CellId("p", 2020, "x", "a/1")], system.index[CellId("p", 2020, "x", "total")]
    (finding,) = audit(system.published({small, total})).findings
    assert (finding.cell, finding.lowest, finding.highest) == (small, 2, 2)
    hidden = suppress(system).hidden
    assert len(hidden - {small, total}) == 1 and audit(system.published(hidden)).passed
