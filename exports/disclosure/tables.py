"""What the public edition shows at each level, as `policy.yml` says it: everything or totals, classes, years added up.

`tables` names for each mart and level what is shown and by what; `classes` holds sets of categories that are shown
together; `periods` how years are put in blocks. A question may have `tables` of its own for an annex.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from exports.figures.identity import LEVELS, VLAANDEREN
from exports.figures.periods import Period
from exports.figures.together import CategoryClass
from exports.questions.field_types import FieldsOrBlank, Many, Text, Words
from orchestration.store.yaml_models import Fields, Misplaced, Place

EVERYTHING, TOTALS = "everything", "totals"
DEFAULT = "default"
"""In `tables`: what holds for a mart that isn't named."""


class ClassRule(FieldsOrBlank):
    """Categories that are shown together."""

    members: Many[Text]
    """Their codes."""
    label: Words
    """In Dutch, as the tables show it."""

    @model_validator(mode="after")
    def _has_members(self) -> ClassRule:
        if len(set(self.members)) < 2 or len(set(self.members)) < len(self.members):
            raise ValueError("`members` needs two codes or more, each once")
        return self


ClassSet = dict[str, Many[ClassRule]]
"""Family of categories (gender, months, executed) -> its classes; what is in none of them stays by itself."""


class ShownTable(Fields):
    """One table: `everything`, `totals` or the name of a set of classes, by year or by period."""

    what: str
    by: Literal["year", "period"]


def _shown(value: object) -> object:
    """From `everything by year`, or a list of such texts."""
    texts = value if isinstance(value, list | tuple) else [value]
    found = []
    for text in texts:
        words = str(text).split()
        if isinstance(text, ShownTable):
            found.append(text)
        elif len(words) == 3 and words[1] == "by" and words[2] in ("year", "period"):
            found.append({"what": words[0], "by": words[2]})
        else:
            raise ValueError(f"{text!r}: write `everything by year`, `totals by year` or `<classes> by period`")
    return tuple(found)


_AS_TEXT = {"type": "string", "pattern": r"^\S+ by (year|period)$"}
ShownTables = Annotated[
    tuple[ShownTable, ...],
    BeforeValidator(_shown),
    WithJsonSchema({"anyOf": [_AS_TEXT, {"type": "array", "items": _AS_TEXT}]}),
]
LevelTables = dict[str, ShownTables]
"""Level -> its tables; a level that is left out is as the first wider level that is there."""


class PeriodRule(FieldsOrBlank):
    """How years are added up: in blocks of `length` years, one of which begins with `anchor`: so for all questions.
    A block of which an annex has fewer than `least` years isn't shown by period."""

    length: Annotated[int, Field(ge=2)] = 4
    anchor: int = 2020
    least: Annotated[int, Field(ge=2)] = 2

    def periods(self, years: Iterable[int]) -> tuple[Period, ...]:
        """The periods of these years: of each block the longest run of years."""
        found: list[Period] = []
        for _, block in groupby(sorted(set(years)), lambda year: (year - self.anchor) // self.length):
            runs = [
                [year for _, year in run] for _, run in groupby(enumerate(block), lambda place: place[1] - place[0])
            ]
            longest = max(runs, key=len)
            if len(longest) >= self.least:
                found.append(Period(longest[0], longest[-1]))
        return tuple(found)


class OwnRow(FieldsOrBlank):
    """Which municipalities are large enough for a row of their own; the others of an arrondissement share one."""

    mart: Words
    """A mart of categories, such as mart_started_duration: all that it counts, of all years."""
    least: Annotated[int, Field(ge=2)]
    """So many of these a municipality must have. Centre cities have a row whatever they have."""


class TableRules(FieldsOrBlank):
    """The part of the policy that says what is shown at each level."""

    tables: dict[str, LevelTables] = Field(default_factory=dict)
    """Mart, or `default` -> level -> `everything by year`, `totals by year`, `<classes> by year` or `... by period`."""
    classes: dict[str, dict[str, ClassSet]] = Field(default_factory=dict)
    """Name of a set of classes -> mart -> family -> the classes."""
    main_counts: dict[str, dict[str, Many[Text]]] = Field(default_factory=dict)
    """Name of a set -> mart without categories -> the measures that are shown; all of them where none are named."""
    periods: PeriodRule = Field(default_factory=PeriodRule)
    own_row: OwnRow | None = None
    """Every municipality has a row when left out."""

    @model_validator(mode="after")
    def _tables_name_what_there_is(self) -> TableRules:
        found: list[tuple[Place, str]] = []
        for mart, levels in self.tables.items():
            found += mistakes_of(levels, mart, self.sets, ("tables", mart))
        for name, by_mart in self.classes.items():
            for mart, families in by_mart.items():
                for family, rules in families.items():
                    codes = [code for rule in rules for code in rule.members]
                    found += [
                        (("classes", name, mart, family), f"{code} is in two classes of one set; each must be in one")
                        for code in sorted({code for code in codes if codes.count(code) > 1})
                    ]
        if found:
            raise Misplaced(*found)
        return self

    @property
    def sets(self) -> tuple[str, ...]:
        """The names that `tables` can use beside `everything` and `totals`."""
        return tuple(dict.fromkeys((*self.classes, *self.main_counts)))

    def shown_at(self, mart: str, level: str, own: LevelTables) -> tuple[ShownTable, ...]:
        """The tables of the mart at a level; `own` are those that an annex has in their place."""
        levels = {**(self.tables.get(mart) or self.tables.get(DEFAULT) or {}), **own}
        wider = LEVELS[LEVELS.index(level) :]
        return next((levels[each] for each in wider if each in levels), (ShownTable(what=EVERYTHING, by="year"),))

    def classes_of(self, name: str, mart: str) -> tuple[CategoryClass, ...]:
        """The classes of a set for a mart."""
        families = self.classes.get(name, {}).get(mart, {})
        return tuple(
            CategoryClass.of(family, rule.members, rule.label) for family, rules in families.items() for rule in rules
        )


def mistakes_of(levels: LevelTables, mart: str, sets: Collection[str], at: Place) -> list[tuple[Place, str]]:
    """What is wrong in the tables of one mart."""
    found: list[tuple[Place, str]] = []
    for level, tables in levels.items():
        if level not in LEVELS:
            found.append(((*at, level), f"no level {level}; the levels are {', '.join(LEVELS)}"))
        for item in tables:
            if item.what not in (EVERYTHING, TOTALS, *sets):
                known = ", ".join((EVERYTHING, TOTALS, *sets))
                found.append(((*at, level), f"no set {item.what}; choose one of {known}"))
            elif item.by == "period" and level == VLAANDEREN:
                found.append(((*at, level), "Flanders is shown by year"))
    return found
