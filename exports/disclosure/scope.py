"""From the figures of the annexes (`exports.figures.identity`) to the counts that they show or are computed from.

Every figure of the marts has an identity; the policy says which count of which population it is. A figure that the
policy doesn't know is an error, so that nothing is shown that nobody thought about.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from exports.annexes import KINDS
from exports.disclosure.geography import FLANDERS, level_of, place_of
from exports.disclosure.policy import TOTAL, MartPolicy, Policy, PolicyError, PolicyFile
from exports.disclosure.system import CellId
from exports.figures.identity import FigureId
from exports.figures.plan import Mart
from orchestration.store.yaml_models import Mistake, YamlDocument

Scope = dict[tuple[str, int], dict[str, set[str]]]
"""(population, year) -> item -> the levels at which it is published."""

AMOUNTS = " amounts"
"""Behind the name of a population: the amounts of money that follow its counts."""


@cache
def marts() -> dict[str, Mart]:
    """The marts of all annex kinds, by name."""
    return {mart.name: mart for kind in KINDS.values() for mart in kind.marts}


class CountFinder:
    """Finds, by the policy, the counts that a figure shows or is computed from."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[tuple[str, str, str], tuple[tuple[str, str, int, bool], ...]] = {}

    def cells(self, figure: FigureId) -> tuple[CellId, ...]:
        """The counts behind a figure: one for a count, several for a share or a change. Raises PolicyError when no
        policy covers it."""
        key = (figure.mart, figure.measure, figure.category)
        sources = self._known.get(key)
        if sources is None:
            sources = self._known[key] = self._sources(figure)
        place = place_of(figure.level, figure.place)
        return tuple(
            CellId(population, figure.year + shift, FLANDERS if flanders else place, item)
            for population, item, shift, flanders in sources
        )

    def scope(self, figures: Iterable[FigureId]) -> Scope:
        """The counts behind all these figures, and the levels at which they are published."""
        result: Scope = {}
        for figure in figures:
            for cell in self.cells(figure):
                items = result.setdefault((cell.population, cell.year), {})
                items.setdefault(cell.item, set()).add(level_of(cell.place))
        return result

    def _sources(self, figure: FigureId) -> tuple[tuple[str, str, int, bool], ...]:
        mart, rules = marts().get(figure.mart), self._policy.marts.get(figure.mart)
        if mart is None or rules is None:
            raise PolicyError(f"policy.yml says nothing about {figure.mart}; add a block for it under `marts`")
        measure = figure.measure.removesuffix("_difference")
        if mart.category is not None:
            population = population_of(mart, rules, "")
            if measure != mart.value:
                raise self._unknown(figure)
            return ((population, self._item(figure, mart, rules), 0, False),)
        population = population_of(mart, rules, figure.category)
        if measure in rules.derived:
            return tuple(
                (population, source.item, source.shift, source.in_flanders) for source in rules.derived[measure]
            )
        if measure in rules.amounts:
            return ((population + AMOUNTS, TOTAL, 0, False),)
        if measure not in rules.columns:
            raise self._unknown(figure)
        return ((population, rules.item(measure), 0, False),)

    def _item(self, figure: FigureId, mart: Mart, rules: MartPolicy) -> str:
        category = figure.category
        if category == "*":
            return TOTAL
        if category.endswith("/*"):
            total = next((rule.total for rule in rules.sums if rule.parts == (category,)), None)
            if total is None:
                raise PolicyError(
                    f"policy.yml, {figure.mart}: the sum over {category} is shown but has no name; "
                    f"add `- total = {category}` to its `sums`"
                )
            return total
        family = category.partition("/")[0]
        if not any(part in (category, f"{family}/*") for rule in rules.sums for part in rule.parts):
            raise PolicyError(
                f"policy.yml, {figure.mart}: no sum holds {category}; add `- total = {family}/*` to its `sums`"
            )
        return item_of(mart, category)

    @staticmethod
    def _unknown(figure: FigureId) -> PolicyError:
        return PolicyError(
            f"policy.yml, {figure.mart}: no line covers {figure.measure}; add it to `counts`, `means`, `amounts` or "
            "`derived` of that mart"
        )


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
    """Name of the count of a category. When the wide table counts it in a wider one, both are named:
    `months/25+|months/30`."""
    try:
        whole = mart.bins(category)
    except ValueError:  # the name of a bin is no category of the mart
        whole = category
    return category if whole == category else f"{whole}|{category}"


def uncovered(policy: YamlDocument[PolicyFile]) -> list[Mistake]:
    """Marts and measures that annexes show and the policy doesn't cover, and what it covers that no annex shows."""
    rules_by_mart = policy.model.marts
    found = [
        policy.mistake(("marts", name), f"no annex shows {name}; correct its name under `marts`, or take the block out")
        for name in rules_by_mart.keys() - marts().keys()
    ]
    for name, mart in marts().items():
        rules = rules_by_mart.get(name)
        if rules is None:
            found.append(policy.mistake(("marts",), f"says nothing about {name}; add a block for it under `marts`"))
            continue
        covered = {*rules.columns, *rules.amounts, *rules.derived}
        found += [
            policy.mistake(
                ("marts", name),
                f"{name}: no line covers {item.column}; add it to `counts`, `means`, `amounts` or `derived`",
            )
            for item in (mart.measures if mart.category is None else ())
            if item.column not in covered
        ]
        options = {value for values in mart.options.values() for value in values}
        if not isinstance(rules.per_person, int) and rules.per_person.keys() != options:
            what = (
                f"{name}: `per_person` needs a number for each of {', '.join(sorted(options))}; "
                f"it has {', '.join(sorted(rules.per_person))}"
            )
            found.append(policy.mistake(("marts", name, "per_person"), what))
        if mart.category is not None and not rules.sums:
            what = f"{name}: no `sums`; add `- total = <kenmerk>/*` for its categories"
            found.append(policy.mistake(("marts", name), what))
    return sorted(found, key=str)
