"""From the figures of the annexes (`exports.figures.identity`) to the counts that they show or are computed from.

Every figure of the marts has an identity; the policy says which count of which population it is. A figure that the
policy doesn't know is an error, so that nothing is shown that nobody thought about."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import cache

from exports.annexes import KINDS
from exports.disclosure.geography import place_of
from exports.disclosure.policy import TOTAL, DerivedFrom, MartPolicy, Policy, PolicyError, PolicyFile
from exports.disclosure.system import CellId
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, VLAANDEREN, FigureId
from exports.figures.plan import Mart
from orchestration.store.yaml_models import Mistake, Place, YamlDocument

Scope = dict[tuple[str, int], dict[str, set[str]]]
"""(population, period) -> item -> the levels at which it is published: `centrumstad` where no other gemeente is."""
TableRow = tuple[str, int, str]
"""(population, year, place); amounts of money are in the row of their counts."""
AMOUNTS = " amounts"
"""Behind the name of a population: the amounts of money that follow its counts."""


def covers(scope: Scope, cell: CellId, cities: Set[str]) -> bool:
    """Whether the cell is among what the scope publishes. `cities`: NIS codes of the centre cities."""
    levels = scope.get(cell.block, {}).get(cell.item, ())
    return cell.level in levels or (CENTRUMSTAD in levels and cell.place in cities)


def with_counts(scope: Scope) -> Scope:
    """The scope with, for amounts of money, the counts that they follow instead."""
    result: Scope = {}
    for (population, year), items in scope.items():
        of = result.setdefault((population.removesuffix(AMOUNTS), year), {})
        for item, levels in items.items():
            of.setdefault(item, set()).update(levels)
    return result


def row_of(cell: CellId) -> TableRow:
    """The row that a cell belongs to; an amount of money belongs to the row of its count."""
    return cell.population.removesuffix(AMOUNTS), cell.year, cell.place


@dataclass(frozen=True)
class WithheldRows:
    """Rows of which everything is hidden, zeros too, except the counts in `kept`: those of the usual edition."""

    rows: frozenset[TableRow] = frozenset()
    kept: Scope = field(default_factory=dict)

    def places(self, population: str, year: int) -> set[str]:
        """Places of the withheld rows of a population in a year."""
        name = population.removesuffix(AMOUNTS)
        return {place for other, when, place in self.rows if (other, when) == (name, year)}


@cache
def marts() -> dict[str, Mart]:
    """The marts of all annex kinds, by name."""
    return {mart.name: mart for kind in KINDS.values() for mart in kind.marts}


class CountFinder:
    """Finds, by the policy, the counts that a figure shows or is computed from."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[tuple[str, str, str], tuple[str, Sequence[DerivedFrom]]] = {}

    def cells(self, figure: FigureId) -> tuple[CellId, ...]:
        """The counts behind a figure, several for a share or a change. Raises PolicyError when no policy covers it."""
        key = (figure.mart, figure.measure, figure.category)
        if key not in self._known:
            self._known[key] = self._sources(figure)
        population, sources = self._known[key]
        place = place_of(figure.level, figure.place)
        return tuple(
            CellId(
                source.population or population,
                figure.year + source.shift,
                VLAANDEREN if source.in_flanders else place,
                source.item,
            )
            for source in sources
        )

    def scope(self, figures: Iterable[FigureId], cities: Set[str] = frozenset()) -> Scope:
        """The counts behind all these figures, and the levels at which they are published. `cities`: as in `covers`."""
        result: Scope = {}
        for figure in figures:
            for cell in self.cells(figure):
                level = CENTRUMSTAD if cell.place in cities else cell.level
                result.setdefault(cell.block, {}).setdefault(cell.item, set()).add(level)
        for items in result.values():
            for levels in items.values():
                if GEMEENTE in levels:
                    levels.discard(CENTRUMSTAD)
        return result

    def _sources(self, figure: FigureId) -> tuple[str, Sequence[DerivedFrom]]:
        """The population of a figure, and which of its counts the figure is computed from."""
        mart, rules = marts().get(figure.mart), self._policy.marts.get(figure.mart)
        if mart is None or rules is None:
            raise PolicyError(f"policy.yml says nothing about {figure.mart}; add a block for it under `marts`")
        measure = figure.measure.removesuffix("_difference")
        if mart.category is not None and measure == mart.value:
            return population_of(mart, rules, ""), [DerivedFrom(self._item(figure, mart, rules))]
        if mart.category is None:
            population = population_of(mart, rules, figure.category)
            if measure in rules.derived:
                return population, rules.derived[measure]
            if measure in rules.amounts:
                return population + AMOUNTS, [DerivedFrom(TOTAL)]
            if measure in rules.columns:
                return population, [DerivedFrom(rules.item(measure))]
        raise PolicyError(
            f"policy.yml, {figure.mart}: no line covers {figure.measure}; add it to `counts`, `means`, `amounts` or "
            "`derived` of that mart"
        )

    def _item(self, figure: FigureId, mart: Mart, rules: MartPolicy) -> str:
        category = figure.category
        if category == "*":
            return TOTAL
        if category.endswith("/*"):
            for rule in rules.sums:
                if rule.parts == (category,):
                    return rule.total
            raise PolicyError(
                f"policy.yml, {figure.mart}: the sum over {category} is shown but has no name; "
                f"add `- total = {category}` to its `sums`"
            )
        family = category.partition("/")[0]
        if not any(part in (category, f"{family}/*") for rule in rules.sums for part in rule.parts):
            raise PolicyError(
                f"policy.yml, {figure.mart}: no sum holds {category}; add `- total = {family}/*` to its `sums`"
            )
        return item_of(mart, category)


def population_of(mart: Mart, rules: MartPolicy, category: str) -> str:
    """Name of the population that a mart counts; `category` holds the chosen options (`performance`)."""
    values = category.split("/") if category else ()
    try:
        return rules.population.format_map(dict(zip(mart.options, values, strict=False)))
    except (KeyError, ValueError) as error:
        raise PolicyError(
            f"policy.yml, {mart.name}: population {rules.population!r} can name the options "
            f"{', '.join(f'{{{name}}}' for name in mart.options) or '(it has none)'} and nothing else"
        ) from error


def item_of(mart: Mart, category: str) -> str:
    """Name of the count of a category; with the wider one that the wide table counts it in: `months/25+|months/30`."""
    try:
        whole = mart.bins(category)
    except ValueError:  # the name of a bin is no category of the mart
        whole = category
    return category if whole == category else f"{whole}|{category}"


def uncovered(policy: YamlDocument[PolicyFile]) -> list[Mistake]:
    """Marts and measures that annexes show and the policy doesn't cover, and what it covers that no annex shows."""
    rules_by_mart = policy.model.marts
    found: list[tuple[Place, str]] = [
        (("marts", name), f"no annex shows {name}; correct its name under `marts`, or take the block out")
        for name in rules_by_mart.keys() - marts().keys()
    ]
    for name, mart in marts().items():
        at = ("marts", name)
        if (rules := rules_by_mart.get(name)) is None:
            found.append((("marts",), f"says nothing about {name}; add a block for it under `marts`"))
            continue
        if mart.category is None:
            missing = (item.column for item in mart.measures if item.column not in rules.covered)
            add = "add it to `counts`, `means`, `amounts` or `derived`"
            found += [(at, f"{name}: no line covers {column}; {add}") for column in missing]
        elif not rules.sums:
            found.append((at, f"{name}: no `sums`; add `- total = <kenmerk>/*` for its categories"))
        options = {value for values in mart.options.values() for value in values}
        if not isinstance(rules.per_person, int) and rules.per_person.keys() != options:
            needs, has = ", ".join(sorted(options)), ", ".join(sorted(rules.per_person))
            found.append(
                ((*at, "per_person"), f"{name}: `per_person` needs a number for each of {needs}; it has {has}")
            )
    return sorted((policy.mistake(place, what) for place, what in found), key=str)
