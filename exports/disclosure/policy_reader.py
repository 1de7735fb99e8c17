"""Reads and checks `policy.yml`. Errors name the file, the line, what was found and what to write instead."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from exports.disclosure.geography import LEVELS
from exports.disclosure.policy import Bound, DerivedFrom, ExceptionRule, MartPolicy, Policy, PolicyError, Same, Sum
from exports.figures.identity import CENTRUMSTAD, GEMEENTE
from exports.questions.yaml_lines import Located, YamlProblem, load

_ITEM = r"[a-z][a-z0-9_]*(?:/[^\s*+=<>@]+)?"
_FIELDS = ("population", "rename", "counts", "sums", "bounds", "per_person", "means", "amounts", "derived")


def load_policy(path: Path | None = None) -> Policy:
    """The policy in `path` (default: the project's). Raises PolicyError with the line of the first mistake."""
    path = path or Path(__file__).with_name("policy.yml")
    try:
        return read_policy(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: can't be read ({error})") from error


@cache
def read_policy(text: str, name: str = "policy.yml") -> Policy:
    """The policy in a text; `name` is what messages call it."""
    try:
        data = load(text)
    except YamlProblem as error:
        raise PolicyError(f"{name}: {error}") from error
    if not isinstance(data, Located):
        raise PolicyError(f"{name}: must be a block of fields (threshold, costs, marts, ...)")
    return replace(_Reader(name).policy(data), text=text)


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name

    def fail(self, where: Located, key: str | None, message: str) -> PolicyError:
        return PolicyError(f"{self.name}, line {where.line(key)}: {message}")

    def only(self, data: Located, allowed: tuple[str, ...]) -> None:
        for key in data:
            if key not in allowed:
                raise self.fail(data, key, f"unknown field `{key}`; known fields: {', '.join(allowed)}")

    def block(self, data: Located, key: str) -> Located:
        value = data.get(key)
        if not isinstance(value, Located):
            raise self.fail(data, key, f"`{key}` must be a block of fields, not {value!r}")
        return value

    def texts(self, data: Located, key: str) -> tuple[str, ...]:
        value = data.get(key) or []
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise self.fail(data, key, f"`{key}` must be a list of texts")
        return tuple(value)

    def policy(self, data: Located) -> Policy:
        self.only(data, ("threshold", "costs", "marts", "same", "exceptions"))
        threshold = data.get("threshold")
        if type(threshold) is not int or threshold < 2:
            raise self.fail(data, "threshold", f"`threshold` must be a whole number of at least 2, not {threshold!r}")
        costs = self.block(data, "costs")
        self.only(costs, (*LEVELS, CENTRUMSTAD, "total_factor"))
        for key in (*LEVELS, CENTRUMSTAD, "total_factor"):
            value = costs.get(key, costs.get(GEMEENTE) if key == CENTRUMSTAD else None)  # older controls lack it
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise self.fail(costs, key, f"cost `{key}` must be a number above 0, not {value!r}")
        blocks = self.block(data, "marts")
        exceptions = data.get("exceptions") or []
        if not isinstance(exceptions, list):
            raise self.fail(data, "exceptions", "`exceptions` must be a list")
        marts = {name: self.mart(self.block(blocks, name)) for name in blocks}
        populations = {rules.population.partition(" ")[0] for rules in marts.values()}
        return Policy(
            threshold=threshold,
            costs={level: float(costs.get(level, costs[GEMEENTE])) for level in (*LEVELS, CENTRUMSTAD)},
            total_factor=float(costs["total_factor"]),
            marts=marts,
            same=tuple(self.same(data, text, populations) for text in self.texts(data, "same")),
            exceptions=tuple(self.exception(data, item, populations) for item in exceptions),
        )

    def known(self, where: Located, key: str, population: str, populations: set[str]) -> None:
        if population.partition(" ")[0] not in populations:
            names = ", ".join(sorted(populations))
            raise self.fail(where, key, f"no mart has population {population}; choose one of {names}")

    def mart(self, data: Located) -> MartPolicy:
        self.only(data, _FIELDS)
        population = data.get("population")
        if not isinstance(population, str) or not population.strip():
            raise self.fail(data, "population", "a mart needs a `population`: the name under which it counts")
        derived: dict[str, tuple[DerivedFrom, ...]] = {}
        if "derived" in data:
            block = self.block(data, "derived")
            derived = {
                name: tuple(self.source(block, name, text) for text in self.texts(block, name)) for name in block
            }
        made = MartPolicy(
            population=population.strip(),
            rename=dict(self.block(data, "rename")) if "rename" in data else {},
            own=self.texts(data, "counts"),
            sums=tuple(self.sum(data, text) for text in self.texts(data, "sums")),
            bounds=tuple(self.bound(data, text) for text in self.texts(data, "bounds")),
            per_person=self.per_person(data),
            means=self.texts(data, "means"),
            amounts=self.texts(data, "amounts"),
            derived=derived,
        )
        self.names(data, made)
        return made

    def per_person(self, data: Located) -> int | dict[str, int]:
        """One number, or one for each option of the mart."""
        value = data.get("per_person", 1)
        numbers = dict(value) if isinstance(value, Located) else {"": value}
        for option, number in numbers.items():
            if type(number) is not int or number < 1:
                what = f"`per_person` of {option}" if option else "`per_person`"
                raise self.fail(data, "per_person", f"{what} must be a whole number of at least 1, not {number!r}")
        return numbers if isinstance(value, Located) else value

    def names(self, data: Located, made: MartPolicy) -> None:
        """The rules must speak of counts that the mart has: one that it doesn't have is a rule that does nothing."""
        for name in made.rename:
            if name not in made.counts:
                raise self.fail(data, "rename", f"`{name}` isn't among the `counts` of this mart; add it or correct it")
        own = {made.item(name) for name in made.counts} | {rule.total for rule in made.sums}
        used = [("bounds", name) for rule in made.bounds for name in (*rule.lower, *rule.upper)]
        used += [("derived", source.item) for sources in made.derived.values() for source in sources]
        for key, name in used:
            if name not in own:
                raise self.fail(
                    data,
                    key,
                    f"`{name}` is no count of population {made.population}; this mart has {', '.join(sorted(own))}",
                )

    def terms(self, data: Located, key: str, text: str, stars: bool) -> tuple[str, ...]:
        pattern = r"[a-z][a-z0-9_]*/\*|" + _ITEM if stars else _ITEM
        terms = tuple(term.strip() for term in text.split("+"))
        for term in terms:
            if not re.fullmatch(pattern, term):
                raise self.fail(data, key, f"`{term}` is no name of a count")
        return terms

    def sum(self, data: Located, text: str) -> Sum:
        total, equals, parts = text.partition("=")
        if not equals:
            raise self.fail(data, "sums", f"{text!r}: write `total = part + part` or `total = gender/*`")
        return Sum(self.terms(data, "sums", total, False)[0], self.terms(data, "sums", parts, True))

    def bound(self, data: Located, text: str) -> Bound:
        lower, mark, upper = text.partition("<=")
        if not mark:
            raise self.fail(data, "bounds", f"{text!r}: write `part <= whole`")
        return Bound(self.terms(data, "bounds", lower, False), self.terms(data, "bounds", upper, False))

    def source(self, data: Located, key: str, text: str) -> DerivedFrom:
        match = re.fullmatch(rf"({_ITEM})(?:@(-?\d+|vlaanderen))?", text)
        if not match:
            raise self.fail(
                data, key, f"{text!r}: write the name of a count, count@-1 (the year before) or count@vlaanderen"
            )
        if match[2] == "vlaanderen":
            return DerivedFrom(match[1], in_flanders=True)
        return DerivedFrom(match[1], int(match[2] or 0))

    def same(self, data: Located, text: str, populations: set[str]) -> Same:
        match = re.fullmatch(r"(\w+)\.(\w+) = (\w+)\.(\w+)(?:@(-?\d+))?", text)
        if not match:
            raise self.fail(data, "same", f"{text!r}: write `population.count = population.count@-1`")
        for population in (match[1], match[3]):
            self.known(data, "same", population, populations)
        return Same(match[1], match[2], match[3], match[4], int(match[5] or 0))

    def exception(self, data: Located, item: Any, populations: set[str]) -> ExceptionRule:
        if not isinstance(item, Located):
            raise self.fail(data, "exceptions", "an exception is a block with population, item, place and reason")
        self.only(item, ("population", "item", "place", "reason"))
        for key in ("population", "reason"):
            if not isinstance(item.get(key), str) or not item[key].strip():
                raise self.fail(item, key, f"an exception needs a `{key}` in words")
        self.known(item, "population", item["population"], populations)
        return ExceptionRule(item["population"], " ".join(item["reason"].split()), item.get("item"), item.get("place"))
