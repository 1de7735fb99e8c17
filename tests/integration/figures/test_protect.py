"""`twe protect`: tables of an analyst under the control of the annexes, by either method, or refused."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from exports.disclosure.cell_key.keys import secrets
from exports.disclosure.control import ControlError
from exports.disclosure.policy import load_policy
from exports.figures.identity import PROVINCIE, VLAANDEREN, Changes, Figure, FigureId
from orchestration.answers import disclosure
from orchestration.answers.protect import protect
from orchestration.answers.protect.query import read
from orchestration.answers.protect.request import ProtectError, mart_relations
from orchestration.store.settings import Settings
from orchestration.warehouse import key_sums, publication
from orchestration.warehouse.publication import Publication
from tests.conftest import Finished
from tests.integration.figures.protecting import query, table, write

pytestmark = pytest.mark.slow


def shown(settings: Settings, made: Publication, of: FigureId) -> int | None:
    """What the annexes show of a figure; None when none does."""
    changes = disclosure.load(disclosure.ensure(settings, made)).disclosed
    assert isinstance(changes, Changes)
    try:
        value = changes.value(Figure(1, of))
    except ControlError:
        return None
    assert isinstance(value, int)
    return value


def test_a_cell_that_an_annex_shows_is_the_same(changing: Settings, made: Publication, tmp_path: Path) -> None:
    mart, fact = "mart_started_profile", "fct_trajectory"
    by_mart = query(
        changing,
        f"select year, province, category, sum(trajectories) as n from {mart} where characteristic = 'gender' "
        "group by all",
        tmp_path,
    )
    by_fact = query(
        changing, f"select start_year, province, gender, count(*) as n from {fact} group by 1, 2, 3", tmp_path
    )
    assert [[*row.values()] for row in by_mart] == [[*row.values()] for row in by_fact]
    compared = 0
    for row in by_mart:
        of = FigureId(mart, "trajectories", int(row["year"]), PROVINCIE, row["province"], f"gender/{row['category']}")
        if (told := shown(changing, made, of)) is not None:
            assert int(row["n"]) == told
            compared += 1
    assert compared >= 5


def test_provinces_flanders_means_and_amounts_are_the_same_as_well(
    changing: Settings, made: Publication, tmp_path: Path
) -> None:
    rows = query(
        changing, "select year, province, sum(measured) as n from mart_competence group by year, province", tmp_path
    )
    figures = [
        (row["n"], FigureId("mart_competence", "measured", int(row["year"]), PROVINCIE, row["province"]))
        for row in rows
    ]
    money = "select year, basis, sum(subsidies) as n, sum(amount_eur) as euro from mart_wage_subsidies group by all"
    ratio = (
        "select year, sum(clients_in_twe) as n from mart_activation_ratio where basis = 'year_average' group by year"
    )
    for sql, mart, measure in (
        (money, "mart_wage_subsidies", "subsidies"),
        (ratio, "mart_activation_ratio", "clients_in_twe"),
    ):
        for row in query(changing, sql, tmp_path):
            basis = row.get("basis", "year_average")
            figures.append((row["n"], FigureId(mart, measure, int(row["year"]), VLAANDEREN, VLAANDEREN, basis)))
    found = Counter()
    for value, of in figures:
        if (told := shown(changing, made, of)) is not None:
            assert int(value) == told, of
            found[of.mart] += 1
    assert len(found) == 3 and found.total() > 15


def test_every_count_stays_within_the_table_and_no_row_of_zeros_is_written(
    changing: Settings, finished: Finished, made: Publication, tmp_path: Path
) -> None:
    out = tmp_path / "table.xlsx"
    done = protect.of_query(
        changing,
        "select measuring_year, position, gender, count(*) as n, count(distinct client_key) as people from fct_outcome "
        "where measuring_year >= 2019 and gender in ('m', 'v') group by all order by 1",
        out,
    )
    rows = table(done.package)
    with duckdb.connect() as con:
        con.execute(f"attach '{finished.data.warehouse}' as w (read_only)")
        true = {
            (str(year), position, gender): (rows, people)
            for year, position, gender, rows, people in con.execute(
                "select measuring_year, position, gender, count(*), count(distinct client_key) "
                "from w.facts.fct_outcome "
                "join (select trajectory_id, gender, client_key from w.facts.fct_trajectory) using (trajectory_id) "
                "where measuring_year >= 2019 and gender in ('m', 'v') group by all"
            ).fetchall()
        }
    told = {(row["measuring_year"], row["position"], row["gender"]): row for row in rows}
    assert told.keys() <= true.keys() and len(true) == done.rows + done.left_out
    for key, (count, people) in true.items():
        row = told.get(key, {"n": "0", "people": "0"})
        assert abs(int(row["n"]) - count) <= 2 and abs(int(row["people"]) - people) <= 2
    assert all(int(row["n"]) or int(row["people"]) for row in rows)
    sheet = load_workbook(done.path)["Tabel"]
    texts = " ".join(str(cell.value) for row in sheet.iter_rows(max_row=8) for cell in row)
    assert "geldt: measuring_year minstens 2019 en gender is m of v." in texts
    assert "celsleutels" in texts and "Rijen met enkel nullen" in texts
    description = (done.package / "datapackage.json").read_text(encoding="utf-8")
    assert ".." not in description and description.count("Bron: fct_outcome") == 1
    assert '"method": "cell_key"' in description and '"most_change": 2' in description


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("year between 2020 and 2023", "year van 2020 tot en met 2023"),
        ("year not between 2020 and 2023", "niet (year van 2020 tot en met 2023)"),
        ("2020 <= year", "year minstens 2020"),
        ("2020 > year", "year kleiner dan 2020"),
        ("year <> 2020 and nis_code not in ('1', '2')", "year is niet 2020 en niet (nis_code is 1 of 2)"),
        ("(year = 2020 or year = 2021) and province is null", "(year is 2020 of year is 2021) en province is onbekend"),
        ("not is_centre_city", "niet is_centre_city"),
    ],
)
def test_a_filter_is_said_in_words(condition: str, words: str) -> None:
    sql = f"select year, sum(measured) from mart_competence where {condition} group by all"
    assert read(sql, mart_relations(load_policy())).chosen == words


def test_capitals_are_no_other_names(changing: Settings, made: Publication, tmp_path: Path) -> None:
    sql = "select year, sum(measured) as n from mart_competence where year >= 2018 group by year"
    other = "SELECT M.YEAR as year, SUM(Measured) AS n FROM MART_COMPETENCE AS M WHERE M.Year >= 2018 GROUP BY YEAR"
    assert query(changing, other, tmp_path) == query(changing, sql, tmp_path)
    facts = "select GENDER as gender, count(*) as n from {} where START_YEAR >= 2018 group by Gender"
    assert query(changing, facts.format("FCT_TRAJECTORY"), tmp_path) == query(
        changing, facts.format("fct_trajectory"), tmp_path
    )


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_a_file_gets_the_same_counts_as_a_query(
    changing: Settings, made: Publication, tmp_path: Path, suffix: str
) -> None:
    sql = "select year, nis_code, position, sum(trajectories) as trajectories from mart_outflow group by all"
    path = tmp_path / f"mine{suffix}"
    write(made, sql, path)
    done = protect.of_file(changing, path, protect.usual_out(path))
    assert done.path == tmp_path / "mine_beschermd.xlsx" and done.path.exists()
    by_file = sorted(tuple(row.values()) for row in table(done.package))
    assert by_file == sorted(tuple(row.values()) for row in query(changing, sql, tmp_path))


def test_the_columns_of_an_annex_are_known_by_their_names(
    changing: Settings, made: Publication, tmp_path: Path
) -> None:
    path = tmp_path / "mine.csv"
    write(
        made,
        "select year as meetjaar, 'definitief' as status_van_het_jaar, nis_code, municipality as gemeente, position as "
        "positie_code, 'x' as positie, trajectories as aantal_trajecten from mart_outflow",
        path,
    )
    rows = table(protect.of_file(changing, path, tmp_path / "out.xlsx").package)
    assert list(rows[0]) == ["meetjaar", "nis_code", "gemeente", "positie_code", "aantal_trajecten"]


@pytest.mark.parametrize(
    "sql",
    [
        "select year as jaar, nis_code, basis as basis_code, 'Volgens' as basis, subsidies as aantal_loontoelagen from "
        "mart_wage_subsidies",
        'select year as jaar, nis_code, basis as "Basis (code)", \'Jaar\' as "Basis", leefloners from '
        "mart_activation_ratio",
    ],
)
def test_the_label_of_a_basis_stands_beside_its_code(
    changing: Settings, made: Publication, tmp_path: Path, sql: str
) -> None:
    path = tmp_path / "mine.csv"
    write(made, sql, path)
    rows = table(protect.of_file(changing, path, tmp_path / "out.xlsx").package)
    assert list(rows[0])[:3] == ["jaar", "nis_code", "basis_code"] and len(rows[0]) == 4


def test_every_data_sheet_of_the_full_annexes_is_protected(
    changing: Settings, finished: Finished, tmp_path: Path
) -> None:
    """Those without figures that are worked out, under the names that they have there."""
    paths = sorted(finished.data.annexes.glob("vertrouwelijk/*/*_csv/gegevens*.csv"))
    done = []
    for path in paths:
        try:
            rows = table(protect.of_file(changing, path, tmp_path / "out.xlsx").package)
        except ProtectError as refused:
            assert re.search("not protected: take out|no rows", str(refused)), path
            continue
        assert rows, path
        done.append(path.parent.name.split("_")[2])
    assert {"opgestart", "uitstroom", "beeindigd", "toeleiding"} <= {*done}


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (
            "select year, nis_code, measured + 1 as measured from mart_competence",
            "measured is not what mart_competence",
        ),
        (
            "select year, nis_code, 5 as measured from mart_competence limit 1",
            "not counted from the current publication",
        ),
        ("select year, nis_code, 'x' as hobby, measured from mart_competence", "lacks hobby"),
        ("select year, nis_code from mart_competence", "counts nothing"),
        ("select year, nis_code, ratio_pct from mart_activation_ratio", "take out ratio_pct"),
        ("select year, nis_code, measured from mart_competence where false", "the table has no rows"),
        ("select year, nis_code, '[c]' as measured from mart_competence", r"row 2: measured is hidden \(\[c\]\)"),
        (
            'select year, nis_code, leefloners, 1 as "Ratio (%)" from mart_activation_ratio',
            r"take out Ratio \(%\)",
        ),
        ("select 'x' as \"Bijlage 6. Transmissies\"", "first row must name them"),
        ("select year, measured from mart_competence", "same as an earlier one|not what mart"),
    ],
)
def test_a_file_that_is_not_counted_from_the_publication_is_refused(
    changing: Settings, made: Publication, tmp_path: Path, sql: str, reason: str
) -> None:
    path = tmp_path / "mine.csv"
    write(made, sql, path)
    with pytest.raises(ProtectError, match=reason) as refused:
        protect.of_file(changing, path, tmp_path / "out.xlsx")
    assert "\n" not in str(refused.value) and not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select trajectory_id, count(*) from fct_trajectory group by all", "no column trajectory_id"),
        ("select client_key, count(*) from fct_trajectory group by all", "no column client_key"),
        ("select start_date, count(*) from fct_trajectory group by all", "no column start_date"),
        ("select gender, age_class, schooling, count(*) from fct_trajectory group by all", "at most 2"),
        (
            "select gender, age_class, count(*) from fct_trajectory where schooling <> 'low' group by all",
            r"3 characteristics .*gender, age_class, schooling.* at most 2",
        ),
        (
            "select year, sum(measured) from mart_competence where nis_code = nis_code group by 1",
            "a filter may compare",
        ),
        ("select year, sum(trajectories) from mart_started_profile group by year", "once per characteristic"),
        ("select year, sum(subsidies) from mart_wage_subsidies group by year", "once per basis"),
        ("select year, avg(measured) from mart_competence group by year", r"avg\(measured\)"),
        ("select year, sum(ratio_pct) from mart_activation_ratio group by all", "ratio_pct"),
        ("select year, sum(measured) from mart_competence group by year having sum(measured) > 3", "having"),
        ("select year, sum(measured) from mart_competence group by year limit 1", "limit"),
        (
            "select year, sum(measured) filter (where nis_code = '11002') from mart_competence group by 1",
            "only columns",
        ),
        (
            "select year, sum(measured) from mart_competence where lower(province) = 'x' group by 1",
            "a filter may compare",
        ),
        (
            "select year, sum(measured) from mart_competence where year in (select 2020) group by 1",
            "a filter may compare",
        ),
        (
            "select year, province, sum(measured) from mart_competence group by rollup(year, province)",
            "no more and no fewer",
        ),
        ("select year, sum(measured) from mart_competence group by year, province", "no more and no fewer"),
        ("select a.year, sum(measured) from mart_competence a join mart_intake b using (year) group by 1", "joins"),
        ("select count(*) from deliveries", "deliveries can't be protected"),
        ("select year from mart_competence group by 1", "nothing is counted"),
        ("select year, sum(measured), sum(measured) from mart_competence group by 1", "the same name"),
        ("select year, sum(measured) from mart_competence where year = province group by 1", "a filter may compare"),
        ("select year, sum(measured) from mart_competence where 1 = 1 group by 1", "a filter may compare"),
        ("select year, sum(measured) from mart_competence where year in (2020, province) group by 1", "may compare"),
        ("select year, sum(measured) from mart_competence where province group by 1", "of another type"),
        ("select year, sum(measured) from mart_competence where year = 'x' group by 1", "of another type"),
        ("select year, sum(measured) from mart_competence group by 'x'", "no more and no fewer"),
        ("select year, sum(measured) from mart_competence group by 1.5", "no more and no fewer"),
        ("select year, sum(measured) from mart_competence group by 0", "no more and no fewer"),
        ("select year, sum(measured) from mart_competence where year = 1900 group by all", "no rows"),
        ("drop table mart_competence", "no query"),
        ("select 1; select 2", "one select"),
        ("selekt", "no query"),
    ],
)
def test_a_query_of_another_form_is_refused_in_one_line(
    changing: Settings, tmp_path: Path, sql: str, reason: str
) -> None:
    with pytest.raises(ProtectError, match=reason) as refused:
        protect.of_query(changing, sql, tmp_path / "out.xlsx")
    assert "\n" not in str(refused.value) and not (tmp_path / "out.xlsx").exists()


@pytest.mark.parametrize(
    ("given", "out", "reason"),
    [
        ("mine.xlsx", "mine.xlsx", "would be written over mine.xlsx"),
        ("mine.csv", "mine.csv", "must end in .xlsx"),
        ("mine.csv", "other.csv", "must end in .xlsx"),
        ("book_csv/mine.csv", "book.xlsx", "would be written over mine.csv"),
    ],
)
def test_the_table_of_the_analyst_is_not_written_over(
    changing: Settings, made: Publication, tmp_path: Path, given: str, out: str, reason: str
) -> None:
    path = tmp_path / given
    path.parent.mkdir(exist_ok=True)
    write(made, "select year, nis_code, measured from mart_competence", path)
    before = path.read_bytes()
    with pytest.raises(ProtectError, match=reason):
        protect.of_file(changing, path, tmp_path / out)
    assert path.read_bytes() == before and sorted(tmp_path.rglob("*.[cx]*")) == [path]
    with pytest.raises(ProtectError, match="must end in"):
        protect.of_query(changing, "select year, sum(measured) from mart_competence group by all", tmp_path / "t.csv")


def test_facts_of_another_build_or_key_are_not_used(changing: Settings, finished: Finished, tmp_path: Path) -> None:
    sql = "select gender, count(*) from fct_trajectory group by all"
    shutil.copytree(finished.data.root, tmp_path / "data", symlinks=True)
    other = changing.model_copy(update={"data": tmp_path / "data"})
    query(other, sql, tmp_path)
    found = publication.current(other.folder)
    sums = key_sums.of(other.folder, found.path)
    shutil.rmtree(sums.folder)
    with pytest.raises(key_sums.KeySumsError, match="TWE_PSEUDONYM_KEY"):
        query(other, "select year, sum(measured) from mart_competence group by all", tmp_path)
    key_sums.write(other.folder, found.path, secrets(b"another pseudonym key"))
    with pytest.raises(ProtectError, match="pseudonym key was changed"):
        query(other, sql, tmp_path)
    shutil.rmtree(sums.folder)
    key_sums.write(other.folder, found.path, secrets(changing.pseudonym_key.get_secret_value().encode()))
    with duckdb.connect(str(other.folder.warehouse)) as con:
        con.execute("delete from marts.mart_intake")
    with pytest.raises(ProtectError, match="another build"):
        query(other, sql, tmp_path)
