"""Earlier releases as knowledge: the system of what is published now, joined with what was published before.

A cell of an earlier release is the same cell when it counts the same thing in the same territory and its figure is
still the same; then it stays as it was: shown, so known to everybody, or hidden, so hidden again. A figure that has
changed since is another cell, with its own equations. Under another geography a municipality equals the sum of those
that it took in, wherever the figures agree. So the audit looks for differences between releases as a reader would who
even knows which figures changed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from exports.disclosure.blocks import Block, assemble
from exports.disclosure.collect import Collected, link_years
from exports.disclosure.geography import Geography, level_of, of
from exports.disclosure.policy import Policy
from exports.disclosure.register import Release
from exports.disclosure.system import CellId, System, Terms
from exports.disclosure.territory import territories

Scope = tuple[str, int]


@dataclass
class _Layer:
    """One publication in the union: where its cells went, and its municipalities' territories."""

    cells: dict[CellId, int]
    territory: dict[str, frozenset[str]]


def with_earlier(collected: Collected, earlier: Sequence[Release], geography_date: dt.date, policy: Policy) -> System:
    """The union of the new system and the earlier releases that touch it. The new cells come first."""
    system = collected.system.copy()
    layers = [_Layer(dict(system.index), territories(collected.geography, geography_date))]
    scopes = _closure(set(collected.blocks), policy)
    seen: set[Terms] = set()
    for release in earlier:
        relevant = {(population, year) for population, year, _ in release.marts if (population, year) in scopes}
        if relevant:
            layers.append(_join(system, release, relevant, layers, policy, seen))
    for number, layer in enumerate(layers):
        for other in layers[number + 1 :]:
            _link(system, layer, other, seen)
    return system


def _closure(scopes: set[Scope], policy: Policy) -> set[Scope]:
    """The scopes, and those that `same` ties to them."""
    result = set(scopes)
    for rule in policy.same:
        result |= {(rule.other, year + rule.shift) for name, year in scopes if name == rule.population}
        result |= {(rule.population, year - rule.shift) for name, year in scopes if name == rule.other}
    return result


def rebuild(release: Release, relevant: set[Scope], policy: Policy) -> tuple[System, Geography]:
    """The system of an earlier release, from its municipalities' cells."""
    geography = of(release.municipalities)
    units = {(population, year): (unit, floor) for population, year, unit, floor in release.units}
    blocks: dict[Scope, Block] = {}
    for population, year, marts in release.marts:
        if (population, year) not in relevant:
            continue
        block = blocks[population, year] = Block(population, year)
        block.unit, block.floor = units[population, year]
        for rules in (policy.marts[name] for name in marts if name in policy.marts):
            block.sums += [rule for rule in rules.sums if rule not in block.sums]
            block.bounds += [rule for rule in rules.bounds if rule not in block.bounds]
    for cell, value, _ in release.cells:
        if (cell.population, cell.year) in blocks and level_of(cell.place) == "gemeente":
            block = blocks[cell.population, cell.year]
            block.counts[cell.place, cell.item] = value
            if "|" in cell.item:
                block.local.add(cell.item)
    system = assemble((blocks[key] for key in sorted(blocks)), geography, policy)
    link_years(system, blocks, policy)
    return system, geography


def _join(
    system: System,
    release: Release,
    relevant: set[Scope],
    layers: list[_Layer],
    policy: Policy,
    seen: set[Terms],
) -> _Layer:
    """Add the cells and equations of a release to the union."""
    old, geography = rebuild(release, relevant, policy)
    hidden = {cell for cell, _, was_hidden in release.cells if was_hidden}
    territory = territories(geography, release.geography_date)
    places: dict[tuple[str, int, str, frozenset[str]], list[int]] = {}
    for layer in layers:
        for cell, number in layer.cells.items():
            key = (cell.population, cell.year, cell.item, layer.territory[cell.place])
            if (cell.population, cell.year) in relevant and number not in places.setdefault(key, []):
                places[key].append(number)
    joined: dict[CellId, int] = {}
    for number, cell in enumerate(old.cells):
        value, unit = old.values[number], old.units[number]
        same = [
            other
            for other in places.get((cell.population, cell.year, cell.item, territory[cell.place]), ())
            if system.values[other] * unit == value * system.units[other]
        ]
        if same:
            mine = same[0]
        else:
            name = CellId(cell.population, cell.year, f"{cell.place} ({release.name} {release.as_of})", cell.item)
            while name in system.index:
                name = name._replace(place=f"{name.place}'")
            mine = system.add(name, value, cost=old.costs[number], unit=unit, floor=old.floors[number])
        joined[cell] = mine
        system.fixed[mine] = cell in hidden and system.fixed.get(mine) is not False
    numbers = [joined[cell] for cell in old.cells]
    for mine_rows, old_rows in (
        (system.equations, old.equations),
        (system.implied, old.implied),
        (system.bounds, old.bounds),
    ):
        for terms in old_rows:
            _add(system, mine_rows, tuple((numbers[cell], factor) for cell, factor in terms), seen)
    return _Layer(joined, territory)


def _add(system: System, rows: list[Terms], terms: Terms, seen: set[Terms]) -> None:
    """Add a row once, when it holds for the true values (units may differ between releases)."""
    key = tuple(sorted(terms))
    if key in seen or len({system.units[cell] for cell, _ in terms}) > 1:
        return
    total = sum(system.values[cell] * factor for cell, factor in terms)
    if total == 0 or (rows is system.bounds and total > 0):
        seen.add(key)
        rows.append(terms)


def _link(system: System, one: _Layer, other: _Layer, seen: set[Terms]) -> None:
    """Equate municipalities of two geographies that took each other in: per count, over territories that overlap."""
    groups: dict[tuple[str, int, str], tuple[list[tuple[str, int]], list[tuple[str, int]]]] = {}
    for side, layer in enumerate((one, other)):
        for cell, number in layer.cells.items():
            if level_of(cell.place) == "gemeente":
                groups.setdefault((cell.population, cell.year, cell.item), ([], []))[side].append((cell.place, number))
    for left, right in groups.values():
        if not left or not right:
            continue
        owner = {code: place for place, _ in left for code in one.territory[place]}
        joins: dict[str, set[str]] = {}
        for place, _ in right:
            joins[place] = {owner[code] for code in other.territory[place] if code in owner}
        numbers = dict(left)
        for lefts, rights in _components(joins):
            terms: dict[int, int] = {}
            for place in lefts:
                terms[numbers[place]] = terms.get(numbers[place], 0) + 1
            for place, number in right:
                if place in rights:
                    terms[number] = terms.get(number, 0) - 1
            row = tuple((cell, factor) for cell, factor in sorted(terms.items()) if factor)
            if row:
                _add(system, system.equations, row, seen)


def _components(joins: dict[str, set[str]]) -> list[tuple[set[str], set[str]]]:
    """Groups of left and right places that overlap, from right place -> left places."""
    result: list[tuple[set[str], set[str]]] = []
    for place, lefts in joins.items():
        merged_lefts, merged_rights = set(lefts), {place}
        rest = []
        for known_lefts, known_rights in result:
            if known_lefts & merged_lefts:
                merged_lefts |= known_lefts
                merged_rights |= known_rights
            else:
                rest.append((known_lefts, known_rights))
        result = [*rest, (merged_lefts, merged_rights)]
    return [(lefts, rights) for lefts, rights in result if lefts]
