"""Tables designed for publishing: what the policy can say of them, what follows, and that the control knows it all."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from exports.disclosure.assembly import collect
from exports.disclosure.control import Control, cities_of, control
from exports.disclosure.geography import Geography
from exports.disclosure.kept import KeptParts
from exports.disclosure.known import Ground
from exports.disclosure.parts import audit_parts, suppress
from exports.disclosure.plan import PublicPlan
from exports.disclosure.policy import Policy, PolicyError, Sum, kept_policy, load_policy
from exports.disclosure.releases.published import PublishedSystem
from exports.disclosure.releases.recoded import same_tables
from exports.disclosure.releases.union import with_earlier
from exports.disclosure.scope import CountFinder
from exports.disclosure.system import CellId, System
from exports.disclosure.tables import PeriodRule
from exports.figures.collect import collect as collect_figures
from exports.figures.identity import ARRONDISSEMENT, CENTRUMSTAD, GEMEENTE, LEVELS, PROVINCIE, VLAANDEREN, FigureId
from exports.figures.periods import Period, is_pooled
from exports.figures.reading import Municipality, PublicationReader
from exports.figures.together import class_name, members
from exports.figures.views import View, shown_by_year, views
from tests.disclosure.tables import PROJECT, text_with
from tests.exports.tiny_publication import QUESTIONS

YEARS = (2022, 2023)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(PROJECT)


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ("tables: {default: {gemeente: totals}}\n", "write `everything by year`, `totals by year`"),
        ("tables: {default: {gemeente: coarse by year}}\n", "no set coarse; choose one of everything, totals"),
        ("tables: {default: {dorp: totals by year}}\n", "no level dorp; the levels are gemeente, centrumstad"),
        ("tables: {default: {vlaanderen: totals by period}}\n", "Flanders is shown by year"),
        (
            "classes: {c: {mart_started_profile: {gender: [{members: [v], label: V}]}}}\n",
            "`members` needs two codes or more",
        ),
        (
            "classes: {c: {m: {gender: [{members: [v, x], label: V}, {members: [m, x], label: M}]}}}\n",
            "x is in two classes of one set",
        ),
        ("periods: {length: 1}\n", "greater than or equal to 2"),
        ("main_counts: {m: {mart_intake: [referrd]}}\n", "mart_intake has no count referrd; choose from screened"),
        ("main_counts: {m: {mart_x: [referred]}}\n", "no block for mart_x under `marts`"),
        ("tables: {mart_x: {gemeente: totals by year}}\n", "no block for mart_x under `marts`"),
        (
            "classes: {c: {mart_x: {gender: [{members: [v, x], label: V}]}}}\n",
            "no block for mart_x under `marts`",
        ),
    ],
)
def test_mistakes_in_tables_are_named(tables, message):
    with pytest.raises(PolicyError, match=re.escape(message)):
        kept_policy(text_with(tables))


@pytest.mark.parametrize(
    ("years", "periods"),
    [
        (range(2017, 2024), ["2017-2019", "2020-2023"]),
        (range(2020, 2024), ["2020-2023"]),
        (range(2020, 2025), ["2020-2023"]),
        (range(2018, 2026), ["2018-2019", "2020-2023", "2024-2025"]),
        ((2020, 2022, 2023), ["2022-2023"]),
        ((2017, 2018), ["2017-2018"]),
        ((2021,), []),
        ((2018, 2020), []),
    ],
)
def test_years_are_added_up_in_blocks_of_the_calendar(years, periods):
    assert [period.label for period in PeriodRule().periods(years)] == periods


@pytest.mark.parametrize(
    ("years", "periods"),
    [
        (range(2017, 2024), ["2017-2019", "2020-2023"]),
        (range(2020, 2024), ["2020-2023"]),
        (range(2020, 2023), []),
        (range(2022, 2026), ["2024-2025"]),
        (range(2016, 2020), ["2016-2019"]),
    ],
)
def test_other_years_are_added_up_as_the_usual_ones(policy, years, periods):
    """2020-2022 beside 2020-2023 would be 2023."""
    assert [period.label for period in PublicPlan(policy, usual=range(2017, 2024)).periods(years)] == periods


def shown(publication: Path, policy: Policy, annex: str, level: str) -> tuple[View, ...]:
    kind = QUESTIONS["twe-2024"].annex(annex).kind
    with PublicationReader(publication) as reader:
        return views(collect_figures(reader, kind, YEARS, {}), level, PublicPlan(policy))


def test_municipalities_show_totals_by_year_and_classes_of_years_together(publication, policy):
    found = shown(publication, policy, "2", GEMEENTE)
    totals, details = [view for view in found if view.totals], [view for view in found if not view.totals]
    assert [[each.label for each in view.indicators] for view in totals] == [["Totaal"]] * 2, "each total once"
    assert [[period.label for period in view.periods] for view in totals] == [["2022", "2023"], ["2022-2023"]]
    assert {period.label for view in details for period in view.periods} == {"2022-2023"}
    assert [each.label for each in details[0].indicators] == ["Man", "Vrouw, X of onbekend"]
    flanders = shown(publication, policy, "2", VLAANDEREN)
    assert [each.label for each in flanders[0].indicators] == ["Man", "Vrouw", "X", "Onbekend", "Totaal"]


def test_a_total_of_one_table_stands_with_its_parts(publication, policy):
    (by_year, pooled) = shown(publication, policy, "4", GEMEENTE)
    assert [each.label for each in by_year.indicators] == ["totaal beëindigd"]
    assert "totaal beëindigd" in {each.label for each in pooled.indicators}


def test_a_class_of_all_categories_is_the_total_that_the_table_has(publication, policy):
    _, found = shown(publication, policy, "4", ARRONDISSEMENT)
    assert [each.label for each in found.indicators] == [
        "uitgevoerd, minder dan 12 maanden",
        "uitgevoerd, 12 maanden en meer",
        "uitgevoerd, totaal",
        "vroegtijdig, totaal",
        "totaal beëindigd",
    ]


def test_what_ended_has_a_duration_so_no_class_of_it_is_of_unknown_ones(policy):
    """A trajectory that lacks a start, or ends before it, is rejected; the classes begin at 0 and never end."""
    source = yaml.safe_load((PROJECT.parents[2] / "expectations" / "trajecten.yml").read_text("utf-8"))
    assert source["columns"]["startdatum"]["required"]
    assert {rule["name"]: rule["on_fail"] for rule in source["rules"]}["end_before_start"] == "reject"
    found = [item for of in policy.sets for item in policy.classes_of(of, "mart_ended_duration")]
    assert len(found) == 5
    assert not [item for item in found if "onbekend" in item.label or "unknown" in item.name]


@pytest.mark.parametrize("level", LEVELS)
def test_a_total_that_stands_apart_is_shown_by_year_under_each_of_its_names(publication, policy, level):
    kind = QUESTIONS["twe-2024"].annex("2").kind
    with PublicationReader(publication) as reader:
        found = shown_by_year(collect_figures(reader, kind, YEARS, {}), level, PublicPlan(policy))
    assert {"gender/*", "age/*", "migration_background/*"} <= {category for _, _, category in found}
    assert ("gender/m" in {category for _, _, category in found}) == (level != GEMEENTE)


def test_a_class_and_years_together_are_sums(publication, policy):
    kind = QUESTIONS["twe-2024"].annex("2").kind
    with PublicationReader(publication) as reader:
        figures = collect_figures(reader, kind, YEARS, {})
        plan = PublicPlan(policy)
        view = next(view for view in views(figures, GEMEENTE, plan) if view.pooled and not view.totals)
        women = view.indicators[1]
        figure = figures.figure(women, GEMEENTE, "11002", view.periods[0].key)
        parts = sum(figures.groups[GEMEENTE, "11002", year].get("gender/v", 0) or 0 for year in YEARS)
    assert women.signature[2] == "gender/unknown,v,x"
    assert (figure.value, figure.id.year) == (parts, Period(2022, 2023).key)
    assert parts > 0


def test_a_mart_that_no_line_names_has_the_default(policy):
    plan = PublicPlan(policy)
    assert [(item.totals, item.pooled) for item in plan.details("mart_new", GEMEENTE)] == [(True, False), (False, True)]
    assert plan.details("mart_new", PROVINCIE) == plan.details("mart_new", VLAANDEREN)
    by_year = [item.pooled for item in plan.details("mart_activation_ratio", GEMEENTE)]
    assert by_year == [False], "means are never added up"


def test_classes_with_the_same_content_have_the_same_name():
    assert class_name(("gender/x", "gender/v")) == class_name(("gender/v", "gender/x")) == "gender/v,x"
    assert members("gender/v,x") == ("gender/v", "gender/x")
    assert members("total") == ("total",)


TOTAL_OF_GENDER = [Sum("total", ("gender/*",))]


@pytest.mark.parametrize(
    ("published", "names", "rows"),
    [
        # A class of all but one: the finest classes make up the total.
        (
            {"gender/m", "gender/v,x"},
            {"gender/m", "gender/v", "gender/x"},
            [("total", ("gender/m", "gender/v,x"))],
        ),
        # A class beside its parts.
        (
            {"gender/m", "gender/v", "gender/x", "gender/v,x"},
            {"gender/m", "gender/v", "gender/x"},
            [("total", ("gender/m", "gender/v", "gender/x")), ("gender/v,x", ("gender/v", "gender/x"))],
        ),
        # Where nobody is v, the class holds what x holds: they must be equated.
        (
            {"gender/m", "gender/x", "gender/v,x"},
            {"gender/m", "gender/x"},
            [("total", ("gender/m", "gender/x")), ("gender/v,x", ("gender/x",))],
        ),
        # Classes that are not parts of one another: by the single categories.
        (
            {"gender/m,v", "gender/v,x"},
            {"gender/m", "gender/v", "gender/x"},
            [
                ("total", ("gender/m", "gender/v", "gender/x")),
                ("gender/m,v", ("gender/m", "gender/v")),
                ("gender/v,x", ("gender/v", "gender/x")),
            ],
        ),
    ],
)
def test_no_class_is_left_without_an_equation(published, names, rows):
    made = Ground.of(published, TOTAL_OF_GENDER, names)
    assert sorted(made.rows) == sorted(rows)
    assert all({total, *parts} <= made.items for total, parts in made.rows)


@pytest.fixture(scope="module")
def figures(publication, policy) -> set[FigureId]:
    """Every figure that the annexes of a question show by these tables."""
    found = set()
    plan = PublicPlan(policy)
    for annex in QUESTIONS["twe-2024"].annexes:
        with PublicationReader(publication) as reader:
            made = collect_figures(reader, annex.kind, YEARS, annex.options)
            places = {GEMEENTE: [item.nis_code for item in made.municipalities], VLAANDEREN: [VLAANDEREN]}
            places |= {ARRONDISSEMENT: list(made.arrondissements), PROVINCIE: list(made.provinces)}
            places[CENTRUMSTAD] = [item.nis_code for item in made.centre_cities]
            for level in LEVELS:
                at = GEMEENTE if level == CENTRUMSTAD else level
                for view in views(made, level, plan):
                    for indicator in view.indicators:
                        for period in view.periods:
                            for place in places[level]:
                                figure = made.figure(indicator, at, place, period.key)
                                found |= {figure.id, *figure.parts}
    return found


@pytest.fixture(scope="module")
def outcome(publication, policy, figures) -> Control:
    with PublicationReader(publication) as reader:
        return control(reader, figures, "q", policy=policy)


def test_the_control_covers_classes_years_together_and_centre_cities(outcome, figures):
    assert outcome.passed
    assert {outcome.hidden(figure) for figure in figures} == {True, False}
    system = outcome.release.system
    cells = {cell for cell, watched in zip(system.cells, system.watched, strict=True) if watched}
    by_year = {cell for cell in cells if cell.item == "gender/unknown,v,x" and not is_pooled(cell.year)}
    assert {cell.place for cell in by_year if cell.level == GEMEENTE} == {"11002", "44021"}, "the centre cities alone"
    assert any(is_pooled(cell.year) and cell.level == GEMEENTE for cell in cells)


def test_every_count_below_flanders_is_tied_to_others(publication, policy, figures):
    """Years to what adds them up, municipalities to their arrondissement, cities and the rest to it as well."""
    with PublicationReader(publication) as reader:
        scope = CountFinder(policy).scope(figures, cities_of(reader))
        made, _ = collect(reader, "q", scope, policy)
    tied = {cell for terms in (*made.system.equations, *made.system.bounds) for cell, _ in terms}
    alone = [cell for number, cell in enumerate(made.system.cells) if number not in tied]
    assert [cell for cell in alone if cell.level != VLAANDEREN and "amounts" not in cell.population] == []
    rows = [{made.system.cells[cell] for cell, _ in terms} for terms in made.system.equations]
    pooled = CellId("started", Period(2022, 2023).key, "11002", "total")
    assert any(pooled in row and {cell.year for cell in row} == {2022, 2023, pooled.year} for row in rows), (
        "the years of a municipality"
    )
    rest = "overige:arrondissement:Antwerpen"
    assert any({cell.place for cell in row} == {"11002", rest, "arrondissement:Antwerpen"} for row in rows)


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (CellId("started", 20202023, "11001", "total"), CellId("started", 20212024, "11001", "total")),
        (CellId("started", 2021, "11001", "gender/v,x"), CellId("started", 2021, "11001", "gender/x")),
    ],
)
def test_classes_and_periods_that_cross_those_released_are_refused(now, before):
    with pytest.raises(PolicyError, match="in other classes than before or elsewhere"):
        same_tables([now], [before])
    same_tables([now], [now])
    same_tables([now], [before._replace(population="ended")])


def pooled(name: str, counts: dict[tuple[int, str], int]) -> PublishedSystem:
    """A release of counts of two municipalities and their province: (period, place) -> count."""
    places = tuple(Municipality(code, code, "Antwerpen", False, "Antwerpen") for code in ("11001", "11002"))
    system = System(4)
    for (period, place), count in counts.items():
        system.add(CellId("started", period, place, "gender/v"), count)
    for period in {period for period, _ in counts}:
        parts = [CellId("started", period, place.nis_code, "gender/v") for place in places]
        system.equate(CellId("started", period, "provincie:Antwerpen", "gender/v"), parts)
    return PublishedSystem(name, DAY, DAY, Geography(places), system, frozenset())


DAY = dt.date(2026, 1, 1)
THREE = {(20202022, "11001"): 12, (20202022, "11002"): 30, (20202022, "provincie:Antwerpen"): 42}
FOUR = {(20202023, "11001"): 14, (20202023, "11002"): 45, (20202023, "provincie:Antwerpen"): 59}


def test_a_period_that_holds_one_that_was_released_gives_no_year_away(policy):
    """12 women in 2020-2022 are out; 14 in 2020-2023 would say that there were 2 in 2023."""
    released = pooled("three years", THREE)
    union = with_earlier(pooled("four years", FOUR), [released], policy)
    between = [number for number, cell in enumerate(union.cells) if "without 2020-2022" in cell.place]
    assert sorted(union.values[number] for number in between) == [2, 15, 17]
    pattern = suppress(union)
    assert {union.values[cell] for cell in pattern.hidden} >= {2, 14, 45}, "14, and one beside it"
    assert not audit_parts(pattern, KeptParts()).findings
    bare = replace(union, equations=[t for t in union.equations if not {c for c, _ in t} & set(between)])
    assert suppress(bare).hidden <= set(between), "without the difference nothing of it would be hidden"


def test_two_questions_with_nested_periods_are_protected_from_each_other(policy):
    union = with_earlier(pooled("both", {**THREE, **FOUR}), [], policy)
    hidden = {union.values[cell] for cell in suppress(union).hidden}
    assert 2 in hidden
    assert {12, 14} & hidden, "one of the two that differ by 2"
