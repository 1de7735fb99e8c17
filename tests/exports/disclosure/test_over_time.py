"""What a reader knows over the years: who is counted had started, and no class of several years is more than its years
allow."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence

import pytest

from exports.disclosure import over_time
from exports.disclosure.assembly import assemble
from exports.disclosure.audit import audit
from exports.disclosure.control import suppressed
from exports.disclosure.counts import Block
from exports.disclosure.geography import Geography
from exports.disclosure.kept import KeptParts
from exports.disclosure.over_time import joined
from exports.disclosure.parts import suppress
from exports.disclosure.policy import FILE, PolicyError, Sum, kept_policy, load_policy
from exports.disclosure.releases.published import PublishedSystem
from exports.disclosure.scope import Scope
from exports.disclosure.system import CellId, System, Terms
from exports.figures.identity import ARRONDISSEMENT, CENTRUMSTAD, GEMEENTE, VLAANDEREN
from exports.figures.periods import Period
from exports.figures.reading import Municipality

DAY = dt.date(2026, 1, 1)
CODES = ("11001", "11002")
PLACES = tuple(Municipality(code, code, "Antwerpen", code == "11001", "Antwerpen") for code in CODES)
ABOVE = "arrondissement:Antwerpen"
POOLED = Period(2020, 2021).key


BY_GENDER = (Sum("total", ("gender/*",)),)


def block(population: str, period: int, counts: dict[str, dict[str, int]], sums: Sequence[Sum] = BY_GENDER) -> Block:
    """place -> item -> count."""
    found = {(place, item): count for place, items in counts.items() for item, count in items.items()}
    made = Block(population, period, Counter(found), list(sums))
    made.complete()
    return made


def system_of(blocks: list[Block], scope: Scope) -> System:
    named = {(each.population, each.year): each for each in blocks}
    return assemble(named, scope, Geography(PLACES), load_policy())


def rows(system: System, of: list[Terms]) -> list[dict[CellId, int]]:
    return [{system.cells[cell]: factor for cell, factor in terms} for terms in of]


def bounds(system: System) -> list[dict[CellId, int]]:
    return rows(system, system.bounds)


def cell(population: str, period: int, place: str, item: str = "total") -> CellId:
    return CellId(population, period, place, item)


ENDED = {
    ("started", 2020): {"11001": 3, "11002": 2},
    ("started", 2021): {"11001": 9, "11002": 30},
    ("ended", 2020): {"11001": 0, "11002": 0},
    ("ended", 2021): {"11001": 12, "11002": 20},
}


def test_who_ended_had_started_and_not_ended_before():
    """9 started in 2021 and 12 ended: 3 at least had started in 2020, and Flanders counts 5 then."""
    made = [block(*key, {place: {"gender/m": count} for place, count in of.items()}) for key, of in ENDED.items()]
    system = system_of(made, {key: {"total": {GEMEENTE, VLAANDEREN}} for key in ENDED})
    first = cell("started", 2020, "11001")
    wanted = {first: 1, cell("started", 2021, "11001"): 1, cell("ended", 2021, "11001"): -1}
    assert wanted in [dict(terms) for terms, least in system.over_time.bounds if least == 0]
    hidden = {number for each, number in system.index.items() if each.year == 2020 and each.level == GEMEENTE}
    assert not audit(system.published(hidden)).findings, "by sums alone 1 to 4 had started"
    report = audit(joined(system, hidden).published(hidden))
    (finding,) = [each for each in report.findings if each.name == first]
    assert (finding.cell, finding.lowest, finding.highest) == (system.index[first], 3, 4)


def test_months_say_how_many_persons_had_started():
    """61 months of subsidies are six persons at least; of a small number a reader knows that it isn't 0."""
    started = block("started", 2020, {"11001": {"gender/m": 8}, "11002": {"gender/m": 2}})
    paid = Block("subsidies performance", 2020, Counter({("11001", "total"): 61, ("11002", "total"): 17}), unit=12)
    blocks = {(each.population, 2020): each for each in (started, paid)}
    system = assemble(blocks, {key: {"total": {GEMEENTE}} for key in blocks}, Geography(PLACES), load_policy())
    found = {terms[0][0].place: least for terms, least in system.over_time.bounds}
    assert found == {"11001": 6, "11002": 1}
    joint = joined(system, set())
    assert sorted(joint.values[cell] for cell in joint.exempt) == [1, 6]
    assert joint.cells[: len(system.cells)] == system.cells
    assert joint.hidden_with(set()) == set(), "they are known"


def test_what_holds_over_the_years_is_added_to_what_holds_of_categories():
    """21 ended in 2021 and 9 started, so 12 at least had started in 2020: two men, beside ten women that are shown. By
    categories alone there were one to four, and by totals alone one to 24 people."""
    women = {"gender/v": 10}
    made = [
        block("started", 2020, {"11001": {**women, "gender/m": 2}, "11002": {**women, "gender/m": 3}}),
        block("started", 2021, {"11001": {"gender/m": 9}, "11002": {"gender/m": 30}}),
        block("ended", 2020, {"11001": {"gender/m": 0}, "11002": {"gender/m": 0}}),
        block("ended", 2021, {"11001": {"gender/m": 21}, "11002": {"gender/m": 20}}),
    ]
    shown = {"total": {GEMEENTE, VLAANDEREN}}
    items = {"gender/m": {GEMEENTE, VLAANDEREN}, "gender/v": {GEMEENTE, VLAANDEREN}, **shown}
    keys = [(each.population, each.year) for each in made]
    system = system_of(made, {key: items if key == ("started", 2020) else shown for key in keys})
    men = cell("started", 2020, "11001", "gender/m")
    hidden = {system.index[cell("started", 2020, code, item)] for code in CODES for item in ("gender/m", "total")}
    assert not audit(system.published(hidden)).findings
    report = audit(joined(system, hidden).published(hidden))
    assert (men, 2, 4) in [(each.name, each.lowest, each.highest) for each in report.findings]


def test_what_is_hidden_over_the_years_stays_so():
    """The control hides more than sums alone ask for."""
    made = [block(*key, {place: {"gender/m": count} for place, count in of.items()}) for key, of in ENDED.items()]
    system = system_of(made, {key: {"total": {GEMEENTE, VLAANDEREN}} for key in ENDED})
    bare = PublishedSystem("q", DAY, DAY, Geography(PLACES), system, frozenset())
    release, report, _ = suppressed(bare, [], load_policy(), KeptParts())
    assert report.passed
    alone = suppress(system).hidden
    assert release.hidden > alone
    assert {system.cells[cell].year for cell in release.hidden - alone} == {2021}


def two_years(of_2020: dict[str, dict[str, int]], of_2021: dict[str, dict[str, int]], pooled: str = GEMEENTE) -> System:
    """Totals of municipalities by year, women and men of two years together, and by year of their arrondissement."""
    years = [block("started", 2020, of_2020), block("started", 2021, of_2021)]
    both = block("started", POOLED, {})
    for each in years:
        both.counts.update(each.counts)
    of_classes = {"gender/m", "gender/v"}
    scope: Scope = {("started", year): {item: {ARRONDISSEMENT} for item in of_classes} for year in (2020, 2021)}
    for year in (2020, 2021):
        scope["started", year]["total"] = {GEMEENTE, ARRONDISSEMENT}
    scope["started", POOLED] = {item: {pooled} for item in of_classes}
    return system_of([*years, both], scope)


def findings(system: System, hidden: set[CellId]) -> dict[CellId, tuple[int, int]]:
    """What a reader finds of these cells who knows what holds over the years; by sums alone he must find nothing."""
    numbers = {system.index[each] for each in hidden}
    assert not audit(system.published(numbers)).findings
    known = joined(system, numbers)
    found = audit(known.published(known.hidden_with(numbers))).findings
    return {each.name: (each.lowest, each.highest) for each in found}


@pytest.mark.parametrize("few", [5_000, 0])
def test_people_in_one_year_alone_are_at_most_those_of_their_arrondissement_in_that_year(few, monkeypatch):
    """Of many hidden cells those are proven whose bounds the years make narrower, and these are."""
    monkeypatch.setattr(over_time, "_FEW", few)
    system = two_years(
        {"11001": {"gender/m": 0, "gender/v": 0}, "11002": {"gender/m": 20, "gender/v": 20}},
        {"11001": {"gender/m": 9, "gender/v": 2}, "11002": {"gender/m": 1, "gender/v": 1}},
    )
    hidden = {cell("started", POOLED, code, item) for code in CODES for item in ("gender/m", "gender/v")}
    women = cell("started", POOLED, "11001", "gender/v")
    assert findings(system, hidden)[women] == (1, 3), "of 11 people, and the arrondissement has 3 women that year"


def test_what_a_year_shows_in_larger_parts_bounds_its_smaller_ones():
    """Who was referred is shown by year, who of them met the criteria for two years together."""
    rules = load_policy().marts["mart_intake"]
    parts = ("referred_meeting", "referred_not_meeting")
    counts = {2020: {"11001": (0, 0), "11002": (30, 30)}, 2021: {"11001": (1, 9), "11002": (1, 9)}}
    years = [
        block("screened", year, {code: dict(zip(parts, of, strict=True)) for code, of in by_place.items()}, rules.sums)
        for year, by_place in counts.items()
    ]
    both = block("screened", POOLED, {}, rules.sums)
    for each in years:
        both.counts.update(each.counts)
    by_year = {"referred": {GEMEENTE}, **{item: {ARRONDISSEMENT} for item in parts}}
    scope: Scope = {("screened", year): by_year for year in counts}
    scope["screened", POOLED] = {item: {GEMEENTE} for item in parts}
    hidden = {cell("screened", POOLED, code, item) for code in CODES for item in parts}
    met_criteria = cell("screened", POOLED, "11001", "referred_meeting")
    assert findings(system_of([*years, both], scope), hidden)[met_criteria] == (1, 2)


def test_what_a_city_shows_is_bounded_by_what_the_other_municipalities_can_have():
    """The city shows men and women of two years, the other municipality its people by year: nobody in 2021, so all of
    the 2 women that the arrondissement has in that year are of the city, which has nobody in 2020."""
    system = two_years(
        {"11001": {"gender/m": 0, "gender/v": 0}, "11002": {"gender/m": 20, "gender/v": 20}},
        {"11001": {"gender/m": 9, "gender/v": 2}, "11002": {"gender/m": 0, "gender/v": 0}},
        CENTRUMSTAD,
    )
    rest = {
        cell("started", POOLED, f"overige:{ABOVE}", item) for item in ("gender/m", "gender/v")
    } & system.index.keys()
    hidden = {cell("started", POOLED, "11001", item) for item in ("gender/m", "gender/v")} | rest
    assert findings(system, hidden)[cell("started", POOLED, "11001", "gender/v")] == (2, 2)


@pytest.mark.parametrize(
    ("counted", "message"),
    [("[ended.totaal]", "no mart has the count ended.totaal"), ("[ended]", "write `population.count`")],
)
def test_mistakes_in_the_rule_are_named(counted, message):
    text = FILE.read_text("utf-8").replace(
        "counted: [ended.total, subsidies.total, ratio.clients_in_twe]", f"counted: {counted}"
    )
    with pytest.raises(PolicyError, match=message):
        kept_policy(text)
