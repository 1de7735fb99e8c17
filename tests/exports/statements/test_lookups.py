"""How a figure of an answer follows from what is looked up, and where it is undefined."""

import pytest

from exports.statements.lookups import RULES


@pytest.mark.parametrize(
    ("rule", "terms", "value"),
    [
        ("som", (7,), 7),
        ("aandeel", (1, 8), 12.5),  # shares are x 100
        ("aandeel", (0, 8), 0),
        ("aandeel", (0, 0), None),
        ("gemiddelde", (9, 4), 2.25),
        ("gemiddelde", (9, 0), None),
        ("wijziging", (12, 10), 20),
        ("wijziging", (8, 10), -20),
        ("wijziging", (12, 0), None),  # from nothing there is no percentage
        ("verschil in procentpunt", (1, 4, 1, 5), 5),
        ("verschil in procentpunt", (1, 4, 0, 0), None),
    ],
)
def test_the_value_of_a_figure(rule: str, terms: tuple[int, ...], value: float | None) -> None:
    assert RULES[rule](terms) == (None if value is None else pytest.approx(value))
