"""How a figure of an annex follows from its cells, where it is undefined, and how places add up."""

from decimal import Decimal

import pytest

from exports.figures.rules import Cell, FigureRule, Number, Percentage, PrefixSum, YearOnYear, add_up

SHARE = Percentage("with", "all")


@pytest.mark.parametrize(
    ("rule", "group", "before", "figure"),
    [
        (Cell("with"), {"with": 3}, None, 3),
        (Cell("with"), {}, None, 0),  # a mart has no row for what does not occur
        (Cell("with"), {"with": None}, None, None),  # unknown is not nothing
        (PrefixSum("age/"), {"age/<25": 1, "age/55+": 2, "gender/m": 9}, None, 3),
        (SHARE, {"with": 1, "all": 8}, None, 12.5),
        (SHARE, {"with": 0, "all": 8}, None, 0),
        (SHARE, {"with": 0, "all": 0}, None, None),
        (SHARE, {"with": 1}, None, None),
        (SHARE, {"with": None, "all": 8}, None, None),
        (YearOnYear(Cell("all")), {"all": 12}, {"all": 10}, 20),
        (YearOnYear(Cell("all")), {"all": 12}, {"all": 0}, None),  # from nothing there is no percentage
        (YearOnYear(Cell("all")), {"all": 12}, None, None),
        (YearOnYear(SHARE, relative=False), {"with": 1, "all": 4}, {"with": 1, "all": 5}, 5),
        (YearOnYear(SHARE, relative=False), {"with": 1, "all": 4}, {"with": 1, "all": 0}, None),
    ],
)
def test_the_figure(
    rule: FigureRule, group: dict[str, Number | None], before: dict | None, figure: Number | None
) -> None:
    value = rule.value(group, before)
    assert value == (pytest.approx(figure) if isinstance(figure, float) or isinstance(value, float) else figure)


def test_places_add_up_and_means_are_weighted() -> None:
    groups = [{"ended": 1, "mean": 10.0}, {"ended": 3, "mean": 2.0}, {"ended": 5, "mean": None}, {"ended": 2}]
    assert add_up(groups, {"mean": "ended"}) == {"ended": 11, "mean": (1 * 10 + 3 * 2) / (1 + 3)}


def test_amounts_stay_exact_and_unknown_everywhere_stays_unknown() -> None:
    groups = [{"eur": Decimal("0.10"), "equivalent": None}, {"eur": Decimal("0.20"), "equivalent": None}]
    assert add_up(groups, {}) == {"eur": Decimal("0.30"), "equivalent": None}
