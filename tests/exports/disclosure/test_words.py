"""The Dutch sentences about disclosure control: the numbers in them."""

from __future__ import annotations

import pytest

from exports.disclosure.words import share_lines


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
