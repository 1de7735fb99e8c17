"""Which code stands for another on a day, for every code and every day on which something changed."""

import datetime as dt
import shutil
from pathlib import Path

import pytest

from orchestration.store.municipalities import DatedCode, code_on, read_codes
from orchestration.store.paths import SEEDS
from tests.oracle import geography


def test_every_code_leads_where_the_second_statement_leads() -> None:
    codes, other = read_codes(), geography.load()
    bounds = {day for item in codes.values() for day in (item.valid_from, item.valid_to) if day}
    for day in {day + dt.timedelta(n) for day in bounds for n in (-1, 0, 1)}:
        found = {code: code_on(code, day, codes) or geography.NOT_ASSIGNABLE for code in codes}
        assert found == {code: other.resolve(code, day).nis_code for code in codes}


def test_codes_of_a_geography() -> None:
    codes = read_codes()
    old, now = ({c: code_on(c, day, codes) for c in codes} for day in (dt.date(2018, 12, 31), dt.date(2025, 1, 1)))
    assert (old["11007"], now["11007"], old["11002"], now["11002"]) == ("11007", "11002", "11002", "11002")
    assert (len(set(old.values()) - {None}), len(set(now.values()))) == (308, 285)
    newest = set(now.values()) - set(old.values())
    assert newest and {old[code] for code in newest if code} == {None}, (
        "a newer code has no place in an older geography"
    )


@pytest.mark.parametrize("successor", [None, "A", "B", "gone"])
def test_a_wrong_table_ends_and_leads_nowhere(successor: str | None) -> None:
    closed = dt.date(2020, 12, 31)
    codes = {
        "A": DatedCode("A", "A", None, closed, successor),
        "B": DatedCode("B", "B", None, closed, "A"),
    }
    assert code_on("A", closed, codes) == "A"
    assert code_on("A", closed + dt.timedelta(1), codes) is None
    assert code_on("unknown", closed, codes) is None


def test_the_table_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    path = Path(shutil.copy(SEEDS / "municipalities.csv", tmp_path))
    first = read_codes(tmp_path)
    assert read_codes(tmp_path) is first and first["11001"].name == "Aartselaar"
    path.write_text(path.read_text(encoding="utf-8").replace("Aartselaar", "Aartselaer"), encoding="utf-8")
    assert read_codes(tmp_path)["11001"].name == "Aartselaer"
