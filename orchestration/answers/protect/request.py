"""What a table asks for, and what it may ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exports.disclosure.policy import Policy
from exports.disclosure.scope import marts
from exports.figures.collect import COMMON
from exports.figures.plan import Mart
from orchestration.store.errors import TweError
from orchestration.store.wording import did_you_mean

CHARACTERISTICS = 2
"""So many a table of facts may be grouped or filtered by beside year and place: with more, a row is a person."""
PLACES = ("nis_code", "municipality", "province", "is_centre_city")
ONE_OF = {"mart_started_profile": "characteristic"}
"""Marts that count the same people once for each value of a column."""


class ProtectError(TweError):
    """A table that can't be controlled, with the reason in one line."""

    exit_code = 1


@dataclass(frozen=True)
class Relation:
    """What can be counted: a mart, or a fact with the person of each row. `years` tells when rows count."""

    name: str
    dimensions: tuple[str, ...]
    years: tuple[str, ...]
    measures: tuple[str, ...] = ()
    """Columns of a mart that are counts, means of persons and amounts; a fact has none: its rows are counted."""
    mart: Mart | None = None
    options: tuple[str, ...] = ()
    """Columns of which a cell must have one value: both values are the same people again."""
    means: tuple[str, ...] = ()
    """Measures that are means over the months of a year; they are added up in parts of months, which is exact."""


@dataclass(frozen=True)
class Counted:
    """A column of the table: `of` is a column of a mart, or `*` for rows and `client_key` for people of a fact."""

    name: str
    of: str


@dataclass(frozen=True)
class Request:
    """Groups of a relation by some of its dimensions, and what is counted of each. `filter` is SQL that was checked."""

    relation: Relation
    by: Mapping[str, str]
    """Name in the table -> dimension."""
    counted: Sequence[Counted]
    filter: str = ""
    filtered: frozenset[str] = frozenset()
    """The columns that it is about."""
    chosen: str = ""
    """The filter in Dutch."""
    held: frozenset[str] = frozenset()
    """Those that it holds to one value. Which, the rows say (`counted.held`): a value has many spellings in SQL."""

    @property
    def where(self) -> str:
        """The clause of the filter; nothing without one."""
        return f"where {self.filter}" if self.filter else ""

    def check(self) -> None:
        """Raises ProtectError for what can't be protected."""
        relation = self.relation
        for name in relation.options:
            if name not in self.by.values() and name not in self.held:
                raise ProtectError(
                    f"{relation.name} counts the same people once per {name}; group by {name}, or filter on one value"
                )
        if relation.mart is None:
            asked = dict.fromkeys((*self.by.values(), *sorted(self.filtered)))
            beside = [name for name in asked if name not in (*relation.years, *PLACES)]
            if len(beside) > CHARACTERISTICS:
                raise ProtectError(
                    f"{len(beside)} characteristics beside year and place ({', '.join(beside)}): at most "
                    f"{CHARACTERISTICS}, or each row is about one person"
                )
        if not self.counted:
            raise ProtectError(f"nothing is counted: give one of {_choices(relation)}")


def mart_relations(policy: Policy) -> dict[str, Relation]:
    """The marts as relations, by name."""
    found = {}
    for name, mart in marts().items():
        rules = policy.marts[name]
        keys = tuple(item.column for item in mart.fields if item.column in mart.keys or item.column in mart.options)
        measures = (*rules.columns, *rules.amounts) if mart.category is None else (mart.value,)
        options = (*mart.options, *([ONE_OF[name]] if name in ONE_OF else []))
        found[name] = Relation(name, (*COMMON, *keys), ("year",), measures, mart, options, rules.means)
    return found


def _choices(relation: Relation) -> str:
    return ", ".join(f"sum({name})" for name in relation.measures) or "count(*), count(distinct client_key)"


def measure(relation: Relation, function: str, column: str, distinct: bool, name: str) -> Counted:
    """What a function of a query counts. Raises ProtectError for what it doesn't count."""
    if relation.mart is not None and function == "sum" and not distinct and column in relation.measures:
        return Counted(name or column, column)
    if relation.mart is None and function == "count_star":
        return Counted(name or "aantal", "*")
    if relation.mart is None and function == "count" and distinct and column == "client_key":
        return Counted(name or "clients", column)
    what = f"{function}({'distinct ' if distinct else ''}{column})"
    raise ProtectError(f"{what} of {relation.name} can't be protected; what can: {_choices(relation)}")


def dimension(relation: Relation, column: str) -> str:
    """The dimension of this name. Raises ProtectError."""
    if column not in relation.dimensions:
        hint = did_you_mean(column, relation.dimensions)
        raise ProtectError(f"{relation.name} has no column {column} to group or filter by; {hint}")
    return column
