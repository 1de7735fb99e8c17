"""`twe protect` where counts are hidden: what the annexes show, as they show it, and nothing else."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from exports.figures.identity import GEMEENTE, PROVINCIE, VLAANDEREN, FigureId
from exports.figures.periods import is_pooled
from orchestration.answers import disclosure
from orchestration.answers.protect import protect, suppressed
from orchestration.answers.protect.request import ProtectError
from orchestration.store.paths import PROJECT
from orchestration.warehouse.publication import Publication
from tests.conftest import Finished
from tests.exports.cell_keys import policy_file
from tests.integration.figures.protecting import query, table, write

pytestmark = pytest.mark.slow

YEARS = {"2020", "2021", "2022", "2023"}


def test_by_suppression_a_table_shows_what_the_annexes_show(
    finished: Finished, made: Publication, tmp_path: Path
) -> None:
    control = disclosure.load(disclosure.ensure(finished.settings, made))
    shown_at = {year: items.get("total", ()) for (name, year), items in control.scope.items() if name == "measured"}
    years = sorted(year for year, levels in shown_at.items() if GEMEENTE in levels)[-3:]
    sql = f"select year, nis_code, sum(measured) as n from mart_competence where year in {tuple(years)} group by all"
    rows = query(finished.settings, sql, tmp_path)
    for row in rows:
        of = FigureId("mart_competence", "measured", int(row["year"]), GEMEENTE, row["nis_code"])
        assert (row["n"] == "[c]") == control.hidden(of)
    assert "[c]" in {row["n"] for row in rows}
    sql = f"select year, sum(measured) as n from mart_competence where year in {tuple(years)} group by year"
    for row in query(finished.settings, sql, tmp_path):
        of = FigureId("mart_competence", "measured", int(row["year"]), VLAANDEREN, VLAANDEREN)
        assert (row["n"] == "[c]") == control.hidden(of)
        assert row["n"] == "[c]" or int(row["n"]) > 3
    for other in (
        "select year, municipality, sum(measured) as n from mart_competence group by all",
        "select nis_code, sum(measured) as n from mart_competence group by all",
        f"select year, sum(measured) as n from mart_competence where nis_code > '2' and year = {years[0]} group by all",
    ):
        with pytest.raises(ProtectError, match="no annex shows"):
            query(finished.settings, other, tmp_path)
    same = f"year = {years[0]} and nis_code = nis_code and nis_code <> '11002'"
    with pytest.raises(ProtectError, match="a filter may compare"):
        query(finished.settings, f"select year, sum(measured) from mart_competence where {same} group by 1", tmp_path)
    with pytest.raises(ProtectError, match="by suppression only counts that the annexes show"):
        query(finished.settings, "select gender, count(*) from fct_trajectory group by all", tmp_path)


@pytest.mark.parametrize("spelling", ["{}.0", "{}e0", "'{}'", "{}"])
def test_a_hidden_count_stays_hidden_however_its_place_is_written(
    finished: Finished, made: Publication, tmp_path: Path, spelling: str
) -> None:
    control = disclosure.load(disclosure.ensure(finished.settings, made))
    system, hidden = control.release.system, 0
    for number in sorted(control.release.hidden):
        cell = system.cells[number]
        if (cell.population, cell.item, cell.level) == ("started", "total", GEMEENTE) and "," not in cell.place:
            written = spelling.format(cell.place)
            sql = (
                "select year, sum(trajectories) as n from mart_started_duration where "
                f"year = {cell.year}.0 and nis_code = {written} group by all"
            )
            assert query(finished.settings, sql, tmp_path) == [{"year": str(cell.year), "n": "[c]"}]
            hidden += 1
        if hidden == 3:
            break
    assert hidden == 3


def test_a_count_that_the_control_does_not_know_is_not_shown(
    finished: Finished, made: Publication, tmp_path: Path, monkeypatch
) -> None:
    """As when a group were looked up under another name than the control has for it."""
    disclosure.ensure(finished.settings, made)
    monkeypatch.setattr(suppressed, "place_of", lambda level, place: f"{level}:elsewhere")
    control = disclosure.load(disclosure.ensure(finished.settings, made))
    shown_in = {year for (_, year), items in control.scope.items() if PROVINCIE in items.get("total", ())}
    years = sorted(year for year in shown_in if not is_pooled(year))
    sql = f"select year, province, sum(measured) as n from mart_competence where year = {years[-1]} group by all"
    with pytest.raises(ProtectError, match="no annex shows"):
        query(finished.settings, sql, tmp_path)


def test_by_suppression_means_are_those_of_the_mart(finished: Finished, made: Publication, tmp_path: Path) -> None:
    disclosure.ensure(finished.settings, made)
    chosen = "from mart_activation_ratio where basis = 'year_average' group by all"
    sql = f"select year, sum(clients_in_twe) as clients, sum(leefloners) as leefloners {chosen}"
    with duckdb.connect(str(made.database), read_only=True) as con:
        true = {str(year): numbers for year, *numbers in con.execute(sql).fetchall()}
    rows = query(finished.settings, sql, tmp_path)
    assert {row["year"] for row in rows} == true.keys()
    compared = 0
    for row in rows:
        for told, number in zip((row["clients"], row["leefloners"]), true[row["year"]], strict=True):
            assert told == "[c]" or float(told) == pytest.approx(float(number), abs=1e-6)
            compared += told != "[c]"
    assert compared
    path = tmp_path / "mine.csv"
    write(
        made,
        "select year, nis_code, basis, clients_in_twe, leefloners from mart_activation_ratio where basis = "
        "'year_average'",
        path,
    )
    of_file = table(protect.of_file(finished.settings, path, tmp_path / "out.xlsx").package)
    assert {row["year"] for row in of_file} == true.keys()
    assert any("." in row["clients_in_twe"] for row in of_file)


def test_the_example_of_the_analysts_page_is_protected(finished: Finished, made: Publication, tmp_path: Path) -> None:
    """By the method that is the default."""
    disclosure.ensure(finished.settings, made)
    page = (PROJECT / "docs" / "analyst.md").read_text(encoding="utf-8")
    code = next(block for block in re.findall(r"```python\n(.*?)```", page, re.S) if "to_csv" in block)
    (tmp_path / "data").symlink_to(finished.data.root)
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    done = protect.of_file(finished.settings, tmp_path / "loontoelagen.csv", tmp_path / "out.xlsx")
    rows = table(done.package)
    assert {row["subsidies"] for row in rows} > {"[c]"}
    assert all((row["subsidies"] == "[c]") <= (row["amount_eur"] == "[c]") for row in rows)


def _examples() -> dict[str, str]:
    """The queries of the analyst's page, by the relation that they are on."""
    page = (PROJECT / "docs" / "analyst.md").read_text(encoding="utf-8")
    return {sql.split(" from ")[1].split()[0]: sql for sql in re.findall(r'twe protect .*?--sql "([^"]+)"', page)}


def test_the_queries_of_the_analysts_page_are_protected(
    finished: Finished, made: Publication, tmp_path: Path, monkeypatch
) -> None:
    """By the method that is the default, but for facts, which need the other one."""
    disclosure.ensure(finished.settings, made)
    examples = _examples()
    assert examples.keys() == {"mart_transmissions", "fct_trajectory"}
    assert {row["year"] for row in query(finished.settings, examples["mart_transmissions"], tmp_path)} == YEARS
    with pytest.raises(ProtectError, match="method: cell_key"):
        query(finished.settings, examples["fct_trajectory"], tmp_path)
    monkeypatch.setattr(disclosure, "DISCLOSURE_POLICY", policy_file(tmp_path))
    assert query(finished.settings, examples["fct_trajectory"], tmp_path)


def test_a_year_that_no_annex_shows_is_named(finished: Finished, made: Publication, tmp_path: Path) -> None:
    disclosure.ensure(finished.settings, made)
    sql = "select year, province, sum(with_transmission) as n from mart_transmissions group by all"
    with pytest.raises(
        ProtectError, match=r"with_transmission in 20\d\d is not shown, but it is in 2020, .*where year in"
    ) as refused:
        query(finished.settings, sql, tmp_path)
    assert "\n" not in str(refused.value)
    years = re.findall(r"\d{4}", str(refused.value).partition("it is in")[2])
    query(finished.settings, sql.replace("group", f"where year in ({', '.join(years)}) group"), tmp_path)
