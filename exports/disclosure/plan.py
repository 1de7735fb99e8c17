"""What the public edition of an annex shows: the tables of the policy, with those of the question in their place, and
which municipalities have a row of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from exports.disclosure.counts import PublicationSource
from exports.disclosure.policy import TOTAL, Policy, PolicyError, load_policy
from exports.disclosure.scope import CountFinder, marts
from exports.disclosure.tables import EVERYTHING, TOTALS, LevelTables, ShownTable
from exports.figures.identity import FigureId
from exports.figures.periods import Period
from exports.figures.together import Rows, rows_of
from exports.figures.views import Detail


class PublicPlan:
    """A plan of `exports.figures.views`. `own`: the tables that the question has for the annex; `usual`: its years."""

    def __init__(self, policy: Policy, own: LevelTables | None = None, usual: Iterable[int] = ()) -> None:
        self._policy, self._own, self._usual, self._finder = policy, own or {}, frozenset(usual), CountFinder(policy)

    def details(self, mart: str, level: str) -> list[Detail]:
        """The tables of a mart at a level. Means can't be added up: they are shown by year."""
        shown = self._policy.shown_at(mart, level, self._own)
        rules = self._policy.marts.get(mart)
        if rules is not None and rules.means and any(item.by == "period" for item in shown):
            shown = (ShownTable(what=EVERYTHING, by="year"),)
        return [self._detail(item, mart, level) for item in shown]

    def _detail(self, item: ShownTable, mart: str, level: str) -> Detail:
        pooled = item.by == "period"
        if item.what in (EVERYTHING, TOTALS):
            return Detail(item.what == TOTALS, pooled)
        if item.what not in self._policy.sets:
            raise PolicyError(
                f"{mart} is asked in set {item.what!r} for {level}; policy.yml has {', '.join(self._policy.sets)}"
            )
        only = self._policy.main_counts.get(item.what, {}).get(mart)
        return Detail(False, pooled, self._policy.classes_of(item.what, mart), only)

    def population(self, figure: FigureId) -> str | None:
        """The population that the figure counts whole, or is an amount of; None when it is a part of one."""
        cells = self._finder.cells(figure)
        return cells[0].population if all(cell.item == TOTAL for cell in cells) else None

    def rows(self, publication: PublicationSource) -> Rows:
        """The rows of municipalities of every public table."""
        return public_rows(publication, self._policy)

    def periods(self, years: Sequence[int]) -> tuple[Period, ...]:
        """The periods of these years and the usual ones together, those that lie within these: 2020-2022 beside the
        2020-2023 of the usual edition would give away 2023 by itself."""
        return tuple(each for each in self._policy.periods.periods({*self._usual, *years}) if {*each.years} <= {*years})


def public_plan(own: LevelTables | None = None, usual: Iterable[int] = ()) -> PublicPlan | None:
    """The plan of the project's policy; None when it shows everything by year at every level."""
    policy = load_policy()
    return PublicPlan(policy, own, usual) if policy.tables or policy.own_row or own else None


def public_rows(publication: PublicationSource, policy: Policy) -> Rows:
    """The rows of the public tables of a publication: the same for every document and year, since those of two of them
    could be subtracted from each other. Centre cities always have their own."""
    if (rule := policy.own_row) is None:
        return {}
    mart = marts().get(rule.mart)
    if mart is None or not mart.value:
        raise PolicyError(f"policy.yml: `own_row` needs a mart of categories, not {rule.mart}")
    size: Counter[str] = Counter()
    for nis_code, number in publication.rows(mart.name, ("nis_code", mart.value)):
        size[nis_code] += number
    places = publication.municipalities
    own = {item.nis_code for item in places if item.is_centre_city or size[item.nis_code] >= rule.least}
    return rows_of(places, own)
