"""The disclosure policy, read and checked from `policy.yml` beside this module (docs/schemas/policy.schema.json).

The threshold and its reading (1-3 hidden, 0 shown) are those of VDAB's Arvastat; everything else says how the marts
of the contract hang together."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from exports.disclosure.cell_key.method import MethodFields
from exports.disclosure.policy_rules import Bound, CountOf, DerivedFrom, Same, Sum
from exports.disclosure.tables import DEFAULT, TableRules
from exports.questions.field_types import FieldsOrBlank, Many, Text, Words
from orchestration.store.errors import TweError
from orchestration.store.yaml_models import Misplaced, Place, YamlDocument, YamlFileError, parse, read

TOTAL = "total"
"""The count of a whole population: what all sums of a population end in."""
FILE = Path(__file__).with_name("policy.yml")
REST_COST = 0.1
"""What hiding a count costs that no table shows: a reader loses nothing."""


class PolicyError(TweError):
    """A figure or option that the policy says nothing about."""


class PolicyFileError(YamlFileError, PolicyError):
    """Mistakes in the policy file; `mistakes` has them one by one."""


def _per_person(value: Any) -> Any:
    for option, number in value.items() if isinstance(value, dict) else [("", value)]:
        if type(number) is not int or number < 1:
            what = f"`per_person` of {option}" if option else "`per_person`"
            raise ValueError(f"{what} must be a whole number of at least 1, not {number!r}")
    return value


Cost = Annotated[float, Field(gt=0)]


class MartPolicy(FieldsOrBlank):
    """How the figures of one mart are controlled."""

    population: Words
    """The name under which the mart counts; {option} stands for the value of that option."""
    counts: Many[Words] = ()
    """Columns that are counts; a mart of categories needs none, its `sums` name them."""
    rename: dict[str, Words] = Field(default_factory=dict)
    """Column of the mart: count of the population."""
    sums: Many[Sum] = ()
    """`total = part + part`, or `total = gender/*` for every category of gender."""
    bounds: Many[Bound] = ()
    """`part <= whole`: what always holds between counts of one municipality."""
    per_person: Annotated[int | dict[str, int], BeforeValidator(_per_person)] = 1
    """How often one person can be counted in a year, per option where that differs."""
    means: Many[Words] = ()
    """Columns that are means over months."""
    amounts: Many[Words] = ()
    """Columns of money that follow the count `total`."""
    derived: dict[str, Many[DerivedFrom]] = Field(default_factory=dict)
    """Figure: the counts that it is computed from; count@-1 is that of the year before, count@vlaanderen of Flanders,
    population.count that of another population."""

    @model_validator(mode="after")
    def _names_are_counts(self) -> MartPolicy:
        """A rule that names a count that the mart doesn't have would do nothing."""
        counts = self.items
        is_none = f"is no count of population {self.population}; this mart has {', '.join(sorted(counts))}"
        found: list[tuple[Place, str]] = [
            (("rename", name), f"`{name}` isn't among the `counts` of this mart; add it or correct it")
            for name in self.rename
            if name not in self.columns
        ]
        for at, rule in enumerate(self.bounds):
            found += [(("bounds", at), f"`{n}` {is_none}") for n in (*rule.lower, *rule.upper) if n not in counts]
        for name, sources in self.derived.items():
            found += [
                (("derived", name), f"`{s.item}` {is_none}")
                for s in sources
                if not s.population and s.item not in counts
            ]
        if found:
            raise Misplaced(*found)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the mart that are counts, means included."""
        return (*self.counts, *self.means)

    @property
    def items(self) -> set[str]:
        """The names of its counts in the population, those that `sums` name among them."""
        return {self.item(name) for name in self.columns} | {rule.total for rule in self.sums}

    @property
    def covered(self) -> tuple[str, ...]:
        """Every column of the mart that a line here is about."""
        return (*self.columns, *self.amounts, *self.derived)

    @property
    def per_person_numbers(self) -> set[int]:
        """Every number that `most_per_person` can give."""
        return {self.per_person} if isinstance(self.per_person, int) else set(self.per_person.values())

    def most_per_person(self, option: str = "") -> int:
        """How often one person can be counted in a year, under the chosen option (`performance`)."""
        if isinstance(self.per_person, int):
            return self.per_person
        if option not in self.per_person:
            raise PolicyError(f"policy.yml: `per_person` of population {self.population} has no number for {option!r}")
        return self.per_person[option]

    def item(self, column: str) -> str:
        """Name of the mart column as a count of the population."""
        return self.rename.get(column, column)


class RunningRule(FieldsOrBlank):
    """None of `counted` is more, in persons, than who had `started` up to that year less who had `ended` before it."""

    started: CountOf
    ended: CountOf
    counted: Many[CountOf]

    @property
    def names(self) -> tuple[CountOf, ...]:
        return (self.started, self.ended, *self.counted)


class ExceptionRule(FieldsOrBlank):
    """Counts that may be shown below the threshold, and why."""

    population: Words
    item: Text | None = None
    """Name of the count; all when left out."""
    place: Text | None = None
    """NIS code, province or vlaanderen; all when left out."""
    reason: Words
    """In words: the public edition prints it."""

    def covers(self, population: str, place: str, item: str) -> bool:
        """Whether it is about this count."""
        return population == self.population and self.item in (None, item) and self.place in (None, place)

    @property
    def about(self) -> str:
        """What it is about, as in the file."""
        return " ".join(part for part in (self.population, self.item, self.place) if part)


class Costs(FieldsOrBlank):
    """What hiding a count costs by its level; counts are chosen so that the sum of costs is small."""

    gemeente: Cost
    centrumstad: Cost | None = None
    """As `gemeente` when left out, as in policies that are kept with older controls."""
    arrondissement: Cost | None = None
    """As `provincie` when left out."""
    provincie: Cost
    vlaanderen: Cost
    total_factor: Cost
    """A count that is the total of others costs this many times more."""


class PolicyFile(MethodFields, TableRules):
    """The fields of the policy file."""

    threshold: Annotated[int, Field(ge=2)]
    """Counts from 1 up to and including this less one are hidden; 0 is shown."""
    costs: Costs
    marts: dict[str, MartPolicy]
    """One block per mart."""
    same: Many[Same] = ()
    """`population.count = population.count@-1`: counts of different populations that are the same number."""
    running: RunningRule | None = None
    """What holds over the years: who is in a trajectory had started it, and had not ended it before."""
    exceptions: Many[ExceptionRule] = ()

    @field_validator("marts")
    @classmethod
    def _derived_from_known_counts(cls, marts: dict[str, MartPolicy]) -> dict[str, MartPolicy]:
        """Counts of other populations exist."""
        known: dict[str, set[str]] = {}
        for mart in marts.values():
            known.setdefault(mart.population, set()).update(mart.items)
        found: list[tuple[Place, str]] = [
            ((name, "derived", figure), f"population `{source.population}` has no count `{source.item}`")
            for name, mart in marts.items()
            for figure, sources in mart.derived.items()
            for source in sources
            if source.population and source.item not in known.get(source.population, ())
        ]
        if found:
            raise Misplaced(*found)
        return marts

    @model_validator(mode="after")
    def _tables_are_of_marts_with_a_block(self) -> PolicyFile:
        named: list[Place] = [("tables", mart) for mart in self.tables if mart != DEFAULT]
        named += [("classes", name, mart) for name, by_mart in self.classes.items() for mart in by_mart]
        named += [("main_counts", name, mart) for name, by_mart in self.main_counts.items() for mart in by_mart]
        found: list[tuple[Place, str]] = [
            (place, f"no block for {place[-1]} under `marts`") for place in named if place[-1] not in self.marts
        ]
        for name, by_mart in self.main_counts.items():
            for mart, measures in by_mart.items():
                known = self.marts[mart].covered if mart in self.marts else measures
                found += [
                    (("main_counts", name, mart), f"{mart} has no count {measure}; choose from {', '.join(known)}")
                    for measure in measures
                    if measure not in known
                ]
        if found:
            raise Misplaced(*found)
        return self

    @field_validator("running")
    @classmethod
    def _running_counts_are_known(cls, rule: RunningRule | None, info: ValidationInfo) -> RunningRule | None:
        marts = info.data.get("marts", {}).values()
        known = {CountOf(mart.population.partition(" ")[0], item) for mart in marts for item in mart.items}
        found = [count for count in (rule.names if rule else ()) if count not in known]
        if known and found:
            raise ValueError(f"no mart has the count {', '.join(f'{each.population}.{each.item}' for each in found)}")
        return rule

    @field_validator("same", "exceptions")
    @classmethod
    def _populations_are_known(cls, rules: tuple[Any, ...], info: ValidationInfo) -> tuple[Any, ...]:
        known = sorted({mart.population.partition(" ")[0] for mart in info.data.get("marts", {}).values()})
        found = [
            ((at,), f"no mart has population {name}; choose one of {', '.join(known)}")
            for at, rule in enumerate(rules)
            for name in ((rule.population, rule.other) if isinstance(rule, Same) else (rule.population,))
            if name.partition(" ")[0] not in known
        ]
        if known and found:  # without `marts` that are right, nothing is known
            raise Misplaced(*found)
        return rules


class Policy(PolicyFile):
    """The whole policy, with the text of its file."""

    text: str = Field(default="", repr=False)

    def cost(self, level: str, centre_city: bool, total: bool) -> float:
        """What hiding a count costs: at this level, of a centrumstad or not, the total of others or not."""
        cost = (centre_city and self.costs.centrumstad) or getattr(self.costs, level) or self.costs.provincie
        return cost * (self.costs.total_factor if total else 1)

    def allowed(self, population: str, place: str, item: str) -> bool:
        """Whether an exception lets this count be shown whatever its value."""
        return any(rule.covers(population, place, item) for rule in self.exceptions)


def read_policy(path: Path = FILE) -> YamlDocument[PolicyFile]:
    """The policy file with the lines of its fields. Raises PolicyFileError with every mistake in it."""
    return read(path, PolicyFile, error=PolicyFileError)


def load_policy(path: Path | None = None) -> Policy:
    """The policy in a file, or that of the project. Raises PolicyFileError."""
    return _policy(read_policy(path)) if path else kept_policy(FILE.read_text(encoding="utf-8"))


@cache
def kept_policy(text: str) -> Policy:
    """A policy from its text, as the file of a control keeps it. Raises PolicyFileError."""
    return _policy(parse(FILE, text, PolicyFile, error=PolicyFileError))


def _policy(document: YamlDocument[PolicyFile]) -> Policy:
    return Policy.model_construct(**dict(document.model), text=document.text)
