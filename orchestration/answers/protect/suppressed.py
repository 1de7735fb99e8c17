"""A table under suppression: each of its counts as the annexes show it, which is exact or [c]. A count that they don't
show was not controlled with the others, and could give one away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from exports.disclosure.control import Control
from exports.disclosure.counts import MONTHS
from exports.disclosure.geography import place_of
from exports.disclosure.policy import TOTAL
from exports.disclosure.scope import AMOUNTS, item_of, population_of
from exports.disclosure.system import CellId
from exports.figures.identity import PROVINCIE, VLAANDEREN
from exports.figures.periods import is_pooled
from exports.xlsx.document import CONFIDENTIAL
from orchestration.answers.protect.counted import CountShown, Group, Number
from orchestration.answers.protect.request import ONE_OF, ProtectError, Request


def shown(
    control: Control, request: Request, true: Mapping[Group, Sequence[Number]], held: Mapping[str, Any]
) -> dict[Group, list[CountShown]]:
    """Every group with its counts as the control of the publication shows them; `held` has the values that the filter
    holds columns to. A municipality without a row of its own in the public tables has none here. Raises
    ProtectError."""
    if not control.passed:
        raise ProtectError("the disclosure control of the current publication was refused: nothing of it is public")
    if request.filtered - {*request.by.values(), *request.held}:
        raise _not_shown(request)
    found: dict[Group, list[CountShown]] = {}
    for group, counts in true.items():
        named: dict[str, Any] = {**held} | dict(zip(request.by.values(), group, strict=True))
        if str(named.get("nis_code")) in control.sharing:
            continue
        found[group] = [
            CountShown(count, CONFIDENTIAL if _hidden(control, request, named, item.of, count) else count)
            for item, count in zip(request.counted, counts, strict=True)
        ]
    if true and not found:
        raise ProtectError("none of these municipalities has a row of its own in the public tables")
    return found


def _hidden(control: Control, request: Request, named: Mapping[str, Any], of: str, count: Number) -> bool:
    """Whether the count is hidden. Only a count that the control knows with the same value can be shown: of any other
    nobody looked at what it gives away."""
    cell = _cell(control, request, named, of)
    if not control.covers(cell):
        raise _not_shown(request, _years(control, cell), _told(request, named, of))
    system = control.release.system
    number = system.index.get(cell)
    known = 0 if number is None else system.values[number]
    if cell.population.endswith(AMOUNTS):
        same = bool(known) or not count
    else:
        same = known == (round(count * MONTHS) if of in request.relation.means else count)
    if not same:
        raise _not_shown(request)
    return number in control.release.hidden


def _cell(control: Control, request: Request, named: Mapping[str, Any], of: str) -> CellId:
    """The count that a group is, under its name in the control."""
    mart, rules = request.relation.mart, control.policy.marts[request.relation.name]
    if mart is None or "year" not in named:
        raise _not_shown(request)
    if "nis_code" in named:
        place = str(named["nis_code"])
    elif "municipality" in named or "is_centre_city" in named:
        raise _not_shown(request)
    else:
        place = place_of(PROVINCIE, str(named["province"])) if "province" in named else VLAANDEREN
    basis = str(next((named[name] for name in mart.options), ""))
    population = population_of(mart, rules, basis)
    if of in rules.amounts:
        return CellId(population + AMOUNTS, int(named["year"]), place, TOTAL)
    item = rules.item(of)
    if mart.category is not None:
        keys = [name for name in mart.keys if name in named]
        if len(keys) == len(mart.keys):
            item = item_of(mart, mart.category(named))
        elif keys in ([], [ONE_OF.get(mart.name)]):
            item = TOTAL
        else:
            raise _not_shown(request)
    return CellId(population, int(named["year"]), place, item)


def _years(control: Control, cell: CellId) -> list[int]:
    """The years in which annexes show this count at this level."""
    years = {year for population, year in control.scope if population == cell.population}
    return sorted(year for year in years if not is_pooled(year) and control.covers(cell._replace(year=year)))


def _told(request: Request, named: Mapping[str, Any], of: str) -> str:
    """What isn't shown, without its place: its level is what matters."""
    keys = request.relation.mart.keys if request.relation.mart else ()
    return " ".join([of, *(f"with {name} {named[name]}" for name in keys if name in named), f"in {named['year']}"])


def _not_shown(request: Request, years: Sequence[int] = (), told: str = "") -> ProtectError:
    by = ", ".join(request.by.values()) or "nothing"
    start = f"no annex shows {request.relation.name} by {by} like this{told and f': {told} is not shown'}"
    if years:
        shown_in = ", ".join(map(str, years))
        return ProtectError(f"{start}, but it is in {shown_in}; choose those with `where year in (...)`")
    if told:
        return ProtectError(f"{start} in any year; leave it out, or group by other places")
    return ProtectError(
        f"{start}, so by suppression it can't be shown beside them; "
        "group by year, nis_code or province, and all keys of the mart or none"
    )
