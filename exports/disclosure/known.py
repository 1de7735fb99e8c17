"""What a reader knows of one population, by period and level: its items, and how one follows from others.

A *ground* is a set of places of which the same is known: all municipalities, the centre cities (of which a table may
show more), or the places of a level above. On one ground and in one period a reader knows what tables show there, and
the totals of it. Of a family of categories (`gender/*`) the finest classes known are the *base*: every other class, and
the total, is a sum of them. Where the classes known are not parts of one another the single categories are the base,
known or not: so no class is left without an equation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from exports.disclosure.policy import Sum
from exports.figures.periods import Period, is_pooled
from exports.figures.together import members

Term = tuple[int, str]
"""(period, item): a count of some place."""
Rows = list[tuple[str, tuple[str, ...]]]
"""(total, its parts)."""


@dataclass
class Ground:
    """What is known on one ground in one period: `items`, and the rows between them. `bases`: family -> base."""

    items: set[str]
    rows: Rows = field(default_factory=list)
    bases: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, published: Iterable[str], sums: Iterable[Sum], names: Iterable[str]) -> Ground:
        """From what tables show. `names` are the categories that occur in the population and period."""
        made = cls(set(published))
        names = sorted(names)
        details: dict[str, list[str]] = {}
        for name in names:
            if "|" in name:
                details.setdefault(name.partition("|")[0], []).append(name)
        for whole, parts in details.items():
            made._add(whole, tuple(parts))
        for rule in sums:
            families = [part for part in rule.parts if part.endswith("/*")]
            if families:
                made._add_family(rule, families, names)
            else:
                made._add(rule.total, rule.parts)
        return made

    def _add(self, total: str, parts: tuple[str, ...]) -> None:
        if not self.items.isdisjoint(parts):
            self.items.update((total, *parts))
            self.rows.append((total, parts))

    def _add_family(self, rule: Sum, families: list[str], names: list[str]) -> None:
        prefixes = tuple(family[:-1] for family in families)
        atoms = {name for name in names if name.startswith(prefixes) and "|" not in name}
        shown = [item for item in self.items if item.startswith(prefixes) and "|" not in item]
        if not shown:
            return
        known = {item: content for item in shown if (content := atoms.intersection(members(item)))}
        base = _finest(known, atoms) or sorted(atoms)
        others = tuple(part for part in rule.parts if part not in families)
        self.items.update((rule.total, *base, *others))
        self.rows.append((rule.total, (*base, *others)))
        for item, content in known.items():
            if item not in base:
                self.rows.append((item, tuple(part for part in base if atoms.intersection(members(part)) <= content)))
        for prefix in prefixes:
            self.bases[prefix] = [item for item in base if item.startswith(prefix)]

    def expressed(self, item: str, names: frozenset[str]) -> tuple[str, ...] | None:
        """The items that add up to this one; None when they aren't known."""
        if item in self.items:
            return (item,)
        if (base := self.bases.get(f"{item.partition('/')[0]}/")) is None:
            return None
        content = names.intersection(members(item))
        parts = tuple(part for part in base if names.intersection(members(part)) <= content)
        return parts if content == _content(parts, names) else None


def _content(parts: Iterable[str], names: frozenset[str]) -> frozenset[str]:
    return names.intersection(name for part in parts for name in members(part))


def _finest(known: Mapping[str, set[str]], atoms: set[str]) -> list[str] | None:
    """The classes without a smaller one within, when they hold every category once and make up all others."""
    base = sorted(item for item, content in known.items() if not any(other < content for other in known.values()))
    whole = [category for item in base for category in known[item]]
    if len(whole) != len(set(whole)) or set(whole) != atoms:
        return None
    for content in known.values():
        if any(known[item] & content and not known[item] <= content for item in base):
            return None
    return base


@dataclass
class Knowledge:
    """What is known of a population: period -> ground -> items. `names` are the categories that occur, by period."""

    grounds: dict[int, dict[str, Ground]] = field(default_factory=dict)
    names: dict[int, frozenset[str]] = field(default_factory=dict)

    def items(self, period: int, ground: str) -> set[str]:
        found = self.grounds.get(period, {}).get(ground)
        return found.items if found else set()

    def expressed(self, period: int, ground: str, item: str) -> tuple[Term, ...] | None:
        """The counts of a place on this ground that add up to the item; None when they aren't known."""
        found = self.grounds.get(period, {}).get(ground)
        if found and (parts := found.expressed(item, self.names[period])) is not None:
            return tuple((period, part) for part in parts)
        return self.by_year(period, ground, item)

    def by_year(self, period: int, ground: str, item: str) -> tuple[Term, ...] | None:
        """The same from the years that a period adds up."""
        if not is_pooled(period):
            return None
        terms: list[Term] = []
        for year in Period.of(period).years:
            if (found := self.expressed(year, ground, item)) is None:
                return None
            terms += found
        return tuple(terms)
