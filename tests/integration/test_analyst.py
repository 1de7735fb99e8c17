"""The analyst's day: tables that explain themselves, a dictionary, documentation, and examples that run."""

import datetime as dt
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from exports.dictionary import DescribedTable
from exports.disclosure.policy import load_policy
from orchestration import release
from orchestration.answers import disclosure, figure_books, question_status
from orchestration.answers.questions import FIGURE_BOOK
from orchestration.releases import recognised
from orchestration.releases.register import ReleaseError
from orchestration.store.paths import PROJECT
from orchestration.warehouse import dbt, documentation, publication
from tests.conftest import Finished
from tests.support.browser import browser, executable
from tests.support.render import render

pytestmark = pytest.mark.slow
PAGE = PROJECT / "docs" / "analyst.md"


@pytest.fixture(scope="module")
def described(finished: Finished) -> dict[str, DescribedTable]:
    return {table.name: table for table in documentation.described_tables(dbt.manifest(finished.data))}


@pytest.fixture
def reader(finished: Finished) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(finished.data.current / "marts.duckdb"), read_only=True) as con:
        yield con


def test_every_published_table_and_column_is_described_with_grain_unit_and_source(
    reader: duckdb.DuckDBPyConnection, described: dict[str, DescribedTable]
) -> None:
    published: dict[str, list[tuple[str, str]]] = {}
    rows = reader.execute(
        "select table_name, column_name, lower(data_type) from duckdb_columns() where not internal order by all"
    )
    for table, column, data_type in rows.fetchall():
        published.setdefault(table, []).append((column, data_type))
    assert sorted(published) == sorted(described)
    fields = {f"{field.source}.{field.name}" for field in documentation.source_fields()}
    for name, columns in published.items():
        table = described[name]
        assert table.description and re.fullmatch(r"One row per .+\.", table.grain), name
        assert sorted((item.name, item.data_type) for item in table.columns) == sorted(columns), name
        for item in table.columns:
            assert item.description.endswith((".", "?")) and item.unit and item.source, f"{name}.{item.name}"
            assert set(item.source) <= fields, f"{name}.{item.name}: {set(item.source) - fields}"


def test_the_words_of_the_grain_are_the_key_that_the_data_tests_hold(
    reader: duckdb.DuckDBPyConnection, described: dict[str, DescribedTable]
) -> None:
    keyed = [table for table in described.values() if table.key]
    assert {table.name for table in described.values() if table.name.startswith("mart_")} <= {t.name for t in keyed}
    for table in keyed:
        names = ", ".join(f'"{name}"' for name in table.key)
        twice = reader.execute(
            f'select count(*) from (from "{table.name}" select {names} group by all having count(*) > 1)'
        )
        assert twice.fetchall() == [(0,)], table.name


def test_any_sql_tool_shows_the_descriptions(
    reader: duckdb.DuckDBPyConnection, described: dict[str, DescribedTable]
) -> None:
    tables = dict(reader.execute("select table_name, comment from duckdb_tables() where not internal").fetchall())
    assert tables == {name: table.comment for name, table in described.items()}
    (comment,) = reader.execute(
        "select comment from duckdb_columns() where table_name = 'mart_wage_subsidies' and column_name = 'amount_eur'"
    ).fetchall()
    assert comment == ("Payments and corrections together, in euro. Unit: euro. Source: loontoelagen.bedrag.",)
    missing = reader.execute("select count(*) from duckdb_columns() where not internal and comment is null").fetchall()
    assert missing == [(0,)]


def test_the_dictionary_is_a_workbook_with_all_of_it(
    finished: Finished, reader: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one, other = (documentation.write_data_dictionary(finished.data, tmp_path / f"{name}.xlsx") for name in "ab")
    assert one.read_bytes() == other.read_bytes()
    text = render(one, max_rows=1000)
    assert "mart_aftercare | aftercare_months | double | months, mean of the trajectories" in text
    assert "position | nec | Normaal economisch circuit (NEC)" in text
    assert "loontoelagen | bedrag | amount | " in text
    assert "trajecten | over_24_months | warn | " in text
    assert "warehouse | overlapping_trajectory | warn | " in text
    broken = reader.execute("select distinct rule from quality_checks where rows_failed > 0").fetchall()
    assert broken and {rule for (rule,) in broken} <= {rule.name for rule in documentation.rules()}
    assert "!!" not in text  # nothing that Excel would mend


def test_dictionary_and_documentation_wait_for_no_run(finished: Finished, tmp_path: Path) -> None:
    with finished.data.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        before = snapshot(finished.data.work)
        assert documentation.write_data_dictionary(finished.data, tmp_path / "woordenboek.xlsx").is_file()
        assert documentation.write_dbt_docs(finished.data, tmp_path / "docs.html").is_file()
        assert snapshot(finished.data.work) == before


def snapshot(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_dbts_documentation_is_one_file_that_asks_nothing_of_the_network(finished: Finished, tmp_path: Path) -> None:
    executable()
    path = documentation.write_dbt_docs(finished.data, tmp_path / "docs.html")
    source = path.read_text(encoding="utf-8")
    assert str(finished.data.root) not in source and str(PROJECT) not in source
    with browser(tmp_path) as page:
        page.open(path, "#!/model/model.twe.mart_aftercare")
        page.evaluate("new Promise(done => setTimeout(done, 500))")
        text = page.evaluate("document.body.innerText")
        assert "Guidance between the last art. 60 job" in text and "bigint" in text
        assert page.complaints() == []
        assert {url.partition("#")[0] for url in page.requests()} == {path.as_uri()}


def blocks(language: str) -> list[str]:
    """The code of the analyst's page."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)


@pytest.mark.parametrize("number", range(len(blocks("sql"))))
def test_the_examples_in_sql_run_and_find_something(number: int, reader: duckdb.DuckDBPyConnection) -> None:
    assert reader.execute(blocks("sql")[number]).fetchall()


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_the_examples_in_python_run_as_they_stand(number: int, finished: Finished, tmp_path: Path) -> None:
    """In a process of their own, while this one has the database open too."""
    (tmp_path / "data").symlink_to(finished.data.root)
    with duckdb.connect(str(finished.data.current / "marts.duckdb"), read_only=True):
        env = {**os.environ, "PYTHONWARNINGS": "error::UserWarning"}
        done = subprocess.run(
            [sys.executable, "-c", blocks("python")[number]], cwd=tmp_path, env=env, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr


def test_there_are_examples_in_sql_pandas_and_excel() -> None:
    code = "\n".join(blocks("python"))
    assert len(blocks("sql")) >= 4
    for part in ("read_only=True", "(read_only)", ".df()", "pivot_table", "to_csv", "load_workbook"):
        assert part in code, part


def test_the_figure_book_is_under_the_control_of_the_annexes(finished: Finished) -> None:
    """No small count is in its source, though the full edition of the same book holds many."""
    threshold = load_policy().threshold
    published = publication.current(finished.data)
    assert published

    def small(edition: str) -> int:
        text = figure_books.write(finished.settings, published, edition).read_text(encoding="utf-8")
        found = re.search(r'id="cijfers">(.*?)</script>', text, re.S)
        assert found
        series = json.loads(found[1])["series"]
        assert len({found["years"][-1] for found in series.values()}) == 1, "the key figures are of one year"
        counts = [
            v for kind in ("2", "4", "5") for place in series[kind]["cells"].values() for row in place for v in row
        ]
        assert any(isinstance(v, int) for v in counts)
        return sum(isinstance(v, int) and 0 < v < threshold for v in counts)

    assert small("volledig") > 20
    assert small("publiek") == 0
    names = sorted(path.name for path in finished.data.figure_books.iterdir())
    assert len(names) == 2 and all("_synthetisch" not in name for name in names)
    assert sum("VERTROUWELIJK" in name for name in names) == 1


def test_the_figure_book_is_released_once_and_known_for_what_it_is(finished: Finished, tmp_path: Path) -> None:
    shutil.copytree(finished.data.root, tmp_path / "data", symlinks=True)
    settings = finished.settings.model_copy(update={"data": tmp_path / "data"})
    (line,), new, _ = release.run(settings, FIGURE_BOOK)
    kept = settings.folder.releases / line.folder / line.file_name
    assert new and recognised.verify(settings.folder, kept).release == line
    assert line.control and any((settings.folder.disclosure / "released" / FIGURE_BOOK).iterdir())
    assert release.run(settings, FIGURE_BOOK) == ([line], False, [])
    with pytest.raises(ReleaseError, match="no publication as of 2020-01-31; make it with: twe run --as-of 2020-01-31"):
        release.run(settings, FIGURE_BOOK, as_of=dt.date(2020, 1, 31))


def test_the_list_of_questions_says_whether_what_is_written_is_up_to_date(
    finished: Finished, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = question_status.text(finished.settings)
    assert text.count("    up to date") == 3 and "OUT OF DATE" not in text
    made = publication.current(finished.data)
    assert made
    assert text.count(f": as of {made.as_of}, municipalities of {made.geography_date}, ") == 2
    monkeypatch.setattr(
        disclosure,
        "stored_control",
        lambda *_: disclosure.StoredControl("another", finished.data.disclosure / "another"),
    )
    text = question_status.text(finished.settings)
    assert "    up to date" not in text
    told = "OUT OF DATE: deliveries, questions, releases or code changed since; `twe run` makes it anew, as of"
    assert text.count(f"{told} {made.as_of}") == 3
