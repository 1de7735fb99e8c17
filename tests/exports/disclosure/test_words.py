"""The Dutch sentences about disclosure control: the numbers in them."""

from __future__ import annotations

import pytest

from exports.disclosure.policy import load_policy
from exports.disclosure.words import changes_lines, lines_about, policy_lines, share_lines


@pytest.mark.parametrize(
    ("cells", "hidden", "share"), [(8, 1, "12,5 %"), (3, 3, "100,0 %"), (1200, 3, "0,2 %"), (0, 0, "0,0 %")]
)
def test_the_share_of_hidden_counts_is_a_percentage_of_the_counts_that_are_not_0(cells, hidden, share):
    (line,) = share_lines({"gemeente": (cells, hidden)}, "alle vragen samen")
    shown = f"{cells:,}".replace(",", "\N{NO-BREAK SPACE}")
    assert line == (
        f"Niveau gemeente, alle vragen samen: {hidden} van de {shown} aantallen die niet 0 zijn, "
        f"zijn verborgen ({share})."
    )


@pytest.mark.parametrize("method", ["suppression", "cell_key"])
def test_the_rule_on_who_counts_several_times_is_told_where_somebody_does(method):
    policy = load_policy().model_copy(update={"method": method})
    lines = policy_lines(policy, ()) if method == "suppression" else changes_lines(policy)
    assert sum("loontoelagen" in line for line in lines) == 1
    assert lines_about(lines, policy, ["mart_wage_subsidies"]) == lines
    other = lines_about(lines, policy, ["mart_activation_ratio", "mart_outflow"])
    assert len(other) == len(lines) - 1 and "loontoelagen" not in " ".join(other)
