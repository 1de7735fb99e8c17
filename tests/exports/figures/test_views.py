"""Periods, and what is shown at a level."""

import pytest

from exports.figures.periods import Period, is_pooled, single


@pytest.mark.parametrize(
    ("period", "key", "label", "years"),
    [(Period(2023, 2023), 2023, "2023", (2023,)), (Period(2020, 2022), 20202022, "2020-2022", (2020, 2021, 2022))],
)
def test_a_period_is_known_by_its_key(period, key, label, years):
    assert (period.key, period.label, period.years) == (key, label, years)
    assert Period.of(key) == period
    assert is_pooled(key) == (len(years) > 1)


def test_years_sort_before_what_they_add_up_to():
    keys = [period.key for period in (*single((2022, 2023)), Period(2020, 2023))]
    assert keys == sorted(keys)
