"""What the original files are searched for."""

from pathlib import Path

import pytest

from orchestration.maintenance import originals
from tests.support.deliveries import INSZ, contract, csv_text, delivery, write_text

FULL_WIDTH = str.maketrans("0123456789", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19")


@pytest.mark.slow
@pytest.mark.parametrize("spelt", [str, lambda number: f"zie {number}.", lambda number: number.translate(FULL_WIDTH)])
def test_the_rows_of_a_person_are_found_however_the_number_is_written(tmp_path: Path, spelt) -> None:
    text = f"""
        transmissie_id | klant_id         | transmissiedatum
        \u00c91          | {INSZ[1]}        | 2024-01-02
        X2             | {spelt(INSZ[0])} | 2024-01-02
    """
    path = write_text(tmp_path, "transmissies_2024-01-31.csv", csv_text(text))
    assert originals.rows_of(contract.load("transmissies"), delivery(path), [INSZ[0]], {}) == [3]
