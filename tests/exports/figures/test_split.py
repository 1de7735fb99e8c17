"""A ratio taken apart: the parts add up to what they are parts of, and nothing is told by them that a count doesn't."""

from __future__ import annotations

import datetime as dt
import itertools
import math
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports import Figure, FigureId
from exports.answering.answer import build_answer
from exports.build import build, figures_shown
from exports.editions import disclose
from exports.figure_book import book_figures, write_figure_book
from exports.figures.collect import collect
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN, identity
from exports.figures.reading import PublicationReader
from exports.figures.split import BASIS, CLIENTS, MEASURES, Factors, RatioSplit, log_mean, parts
from exports.figures.together import rows_of
from exports.sheets.split import BEFORE, FLANDERS
from exports.xlsx.document import Sheet
from tests.exports.figure_book.test_figure_book import data_of
from tests.exports.tiny_publication import QUESTIONS, make_publication

QUESTION = QUESTIONS["twe-2018"]
ANNEX = QUESTION.annex("1")
COLUMNS = [measure.name for measure in MEASURES]
ANTWERP, GHENT, SMALL = "11002", "44021", "11001"
COUNTS = {  # (place, year): clients, leefloners, started
    (ANTWERP, 2022): (120.0, 400.0, 80),
    (ANTWERP, 2023): (90.0, 450.0, 99),
    (GHENT, 2022): (50.0, 191.25, 31),
    (GHENT, 2023): (100.0, 200.0, 40),
    (SMALL, 2022): (3.5, 20.0, 4),
    (SMALL, 2023): (2.25, 20.0, 2),
}


def rows(counts: dict[tuple[str, int], tuple[float, float, int]]) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the marts, with the ratio, its change and its difference with Flanders by their own definition."""
    ratio, started = [], []
    for (place, year), (clients, people, count) in counts.items():
        of_year = [counts[other] for other in counts if other[1] == year]
        flanders = 100 * sum(item[0] for item in of_year) / sum(item[1] for item in of_year)
        own = 100 * clients / people if people else None
        before = counts.get((place, year - 1))
        change = own - 100 * before[0] / before[1] if own is not None and before and before[1] else None
        difference = own - flanders if own is not None else None
        ratio.append((year, place, "year_average", clients, people, None, own, None, None, change, difference))
        started += [(year, place, 12, count - 1), (year, place, None, 1)] if count else []
    return {"mart_activation_ratio": ratio, "mart_started_duration": started}


def sheet_of(folder: Path, counts=COUNTS, years=(2022, 2023), hidden=None, annex=ANNEX, **facts) -> Sheet | None:
    """The split as one table, after a look whether the blocks that are printed say the same."""
    made = build(make_publication(folder, rows(counts), **facts), QUESTION, annex, years, hidden=hidden)
    shown = disclose(made.document, hidden)
    blocks = [block.table for sheet in shown.sheets for block in sheet.blocks if block.title in (FLANDERS, BEFORE)]
    found = [sheet for sheet in shown.loose if sheet.name == "Verklaring ratio"]
    assert len(blocks) == 2 * len(found)
    for sheet in found:
        whole = {row[:2]: row[2:] for row in sheet.table.rows}
        for row in blocks[0].rows:
            assert row[2:] == whole[row[:2]][:6]
        assert {row[:2]: row[2:] for row in blocks[1].rows} == {at: row[6:] for at, row in whole.items()}
    return found[0] if found else None


def by_place(sheet: Sheet | None) -> dict[tuple[str, int], dict[str, Any]]:
    assert sheet is not None and sheet.table is not None
    return {(row[0], row[1]): dict(zip(COLUMNS, row[2:], strict=True)) for row in sheet.table.rows}


def test_ratio_is_inflow_times_time_in_twe():
    factors = Factors(90.0, 450.0, 99.0)
    assert (factors.ratio, factors.inflow, factors.months) == pytest.approx((20, 22, 12 * 90 / 99))
    assert factors.ratio == pytest.approx(factors.inflow * factors.months / 12)


def test_the_parts_add_up_to_the_difference_whatever_the_counts():
    """Recomputed by the definition of the logarithmic mean as an integral, and summed."""
    draw = random.Random(7)
    for _ in range(2000):
        one, other = (
            Factors(draw.uniform(0.1, 5000), draw.uniform(0.5, 40_000), draw.randint(1, 9000)) for _ in range(2)
        )
        made = parts(one, other)
        assert made.inflow + made.months == pytest.approx(one.ratio - other.ratio, rel=1e-9, abs=1e-9)
        assert made.started + made.leefloners == made.inflow
        turned = parts(other, one)
        assert (turned.started, turned.months) == pytest.approx((-made.started, -made.months), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("one", "other"), [(3.0, 7.0), (7.0, 3.0), (5.0, 5.0), (5.0, 5.0 + 1e-13), (1e-3, 1e4)])
def test_the_logarithmic_mean(one, other):
    steps = 20_000  # the mean of one^(1-t) x other^t over t from 0 to 1
    mean = sum(one ** (1 - (at + 0.5) / steps) * other ** ((at + 0.5) / steps) for at in range(steps)) / steps
    assert log_mean(one, other) == pytest.approx(mean, rel=1e-6)


def test_every_split_of_the_annex_recomputed_and_summed(tmp_path):
    made = by_place(sheet_of(tmp_path))
    with duckdb.connect() as con:
        folder = tmp_path
        con.execute(f"create view ratio as from '{folder}/mart_activation_ratio.parquet'")
        con.execute(f"create view started as from '{folder}/mart_started_duration.parquet'")
        found = con.execute(
            """
            with n as (select year, nis_code, province, sum(trajectories) as n from started group by all),
            places as (
                select * from (values ('Vlaanderen', null, null), ('Antwerpen', null, '11002'),
                ('Provincie Oost-Vlaanderen', 'Oost-Vlaanderen', null), ('Gent', null, '44021'),
                ('Provincie Antwerpen', 'Antwerpen', null)) as p(name, province, code)
            )
            select p.name, r.year, sum(clients_in_twe), sum(leefloners), sum(n.n)
            from ratio as r left join n using (year, nis_code)
            join places as p on coalesce(p.code = r.nis_code, true) and coalesce(p.province = r.province, true)
            group by all
            """
        ).fetchall()
    counts = {(name, year): tuple(map(float, rest)) for name, year, *rest in found}
    checked = 0
    for (name, year), (c, people, n) in counts.items():
        row = made[name, year]
        assert row["ratio_pct"] == pytest.approx(100 * c / people, abs=0.051)
        assert row["inflow_per_100"] == pytest.approx(100 * n / people, abs=0.051)
        assert row["months_in_twe"] == pytest.approx(12 * c / n, abs=0.051)
        for other, prefix, whole in (
            ((name, year - 1), "change_by", "ratio_change_pp"),
            (("Vlaanderen", year), "difference_by", "difference_flanders_pp"),
        ):
            if other not in counts or other == (name, year):
                assert row[f"{prefix}_inflow_pp"] == row[whole] == "[z]"
                continue
            c0, people0, n0 = counts[other]
            now, before = 100 * c / people, 100 * c0 / people0
            share = (now - before) / math.log(now / before)
            assert row[f"{prefix}_inflow_pp"] == pytest.approx(share * math.log(n / people * people0 / n0), abs=0.051)
            assert row[f"{prefix}_months_pp"] == pytest.approx(share * math.log(c / n * n0 / c0), abs=0.051)
            assert row[f"{prefix}_inflow_pp"] + row[f"{prefix}_months_pp"] == pytest.approx(now - before, abs=0.11)
            assert row[whole] == pytest.approx(now - before, abs=0.051)
            checked += 1
    assert checked == 13


def test_flanders_provinces_and_cities_are_split_smaller_places_are_not(tmp_path):
    sheet = sheet_of(tmp_path / "all")
    assert sheet and sheet.table
    names = [row[0] for row in sheet.table.rows if row[1] == 2023]
    assert names[0] == "Vlaanderen" and {"Gent", "Provincie Limburg"} <= set(names) and "Aartselaar" not in names
    flanders = ANNEX.model_copy(update={"levels": (VLAANDEREN,)})
    assert set(by_place(sheet_of(tmp_path / "one", annex=flanders))) == {("Vlaanderen", 2022), ("Vlaanderen", 2023)}
    cities = ANNEX.model_copy(update={"levels": (CENTRUMSTAD,)})
    assert {name for name, _ in by_place(sheet_of(tmp_path / "two", annex=cities))} == {"Antwerpen", "Gent"}


def test_a_province_counts_the_municipalities_that_share_a_row(tmp_path):
    with PublicationReader(make_publication(tmp_path, rows(COUNTS))) as reader:
        figures = collect(reader, ANNEX.kind, (2022, 2023), ANNEX.options)
        near = [replace(place, province="Antwerpen", arrondissement="Antwerpen") for place in reader.municipalities]
        found = [
            [
                row.figures["inflow_per_100"]
                for row in RatioSplit(reader, each).rows((PROVINCIE,))
                if row.place == "Antwerpen"
            ]
            for each in (figures, figures.with_rows(rows_of(near, set())))
        ]
    assert found[0] == found[1] and len(found[0]) == 2
    assert all(isinstance(figure.value, int | float | Decimal) for figure in found[0])


def test_nothing_is_compared_with_the_year_before_the_first(tmp_path):
    """Neither on the sheets nor in the CSV: all that is shown of an edition is what was controlled."""
    first = {(place, year - 6): counts for (place, year), counts in COUNTS.items()}  # the newest is 2017
    made = make_publication(tmp_path, rows(first), as_of=dt.date(2019, 3, 31))
    built = build(made, QUESTION, ANNEX, (2017,))
    blocks = [block.title for sheet in built.document.sheets for block in sheet.blocks]
    assert FLANDERS in blocks and BEFORE not in blocks
    controlled = {(figure.id, figure.parts) for figure in figures_shown(made, QUESTION, ANNEX, (2017,))}
    assert controlled == {(figure.id, figure.parts) for figure in built.shown_figures()}
    asked: list[FigureId] = []

    def hidden(figure: FigureId) -> bool:
        asked.append(figure)
        return False

    build_answer(made, QUESTION, hidden, years=(2017,))
    assert {figure.year for figure in asked} == {2017}, "what the letter asks about may not be unknown to the control"


def test_january_alone_is_not_split(tmp_path):
    assert sheet_of(tmp_path, annex=ANNEX.model_copy(update={"options": {"basis": "january"}})) is None


@pytest.mark.parametrize("zero", range(3))
def test_where_a_factor_is_0_nothing_is_split(tmp_path, zero):
    counts = {**COUNTS, (GHENT, 2022): tuple(0 if at == zero else value for at, value in enumerate((50.0, 191.25, 31)))}
    row = by_place(sheet_of(tmp_path, counts))
    assert {row["Gent", 2022][name] for name in COLUMNS if "_by_" in name} == {"[z]"}
    assert {row["Gent", 2023][name] for name in COLUMNS if name.startswith("change_by")} == {"[z]"}
    assert row["Gent", 2023]["difference_by_inflow_pp"] != "[z]"


def test_a_year_that_is_not_over_is_not_split(tmp_path):
    row = by_place(sheet_of(tmp_path, as_of=dt.date(2023, 12, 30)))
    assert {row["Gent", 2023][name] for name in COLUMNS if "_by_" in name or name == "months_in_twe"} == {"[z]"}
    assert row["Gent", 2022]["difference_by_inflow_pp"] != "[z]" and row["Gent", 2023]["ratio_pct"] == 50.0


ID = {
    "clients": ("mart_activation_ratio", "clients_in_twe"),
    "leefloners": ("mart_activation_ratio", "leefloners"),
    "started": ("mart_started_duration", "trajectories"),
}


@pytest.mark.parametrize(
    ("count", "where"),
    itertools.product(ID, [(GEMEENTE, GHENT, 2023), (GEMEENTE, GHENT, 2022), (VLAANDEREN, VLAANDEREN, 2023)]),
)
def test_a_part_is_hidden_with_any_count_that_it_is_worked_out_from(tmp_path, count, where):
    def hidden(figure: FigureId) -> bool:
        return (figure.mart, figure.measure) == ID[count] and (figure.level, figure.place, figure.year) == where

    row = by_place(sheet_of(tmp_path, hidden=hidden))["Gent", 2023]
    of_change = {row[name] for name in COLUMNS if name.startswith("change_by")}
    of_difference = {row[name] for name in COLUMNS if name.startswith("difference_by")}
    assert ("[c]" in of_change) == (of_change == {"[c]"}) == (where[0] == GEMEENTE)
    assert ("[c]" in of_difference) == (of_difference == {"[c]"}) == (where[2] == 2023)
    own = where == (GEMEENTE, GHENT, 2023)
    assert (row["inflow_per_100"] == "[c]") == (own and count != "clients")
    assert (row["months_in_twe"] == "[c]") == (own and count != "leefloners")


def test_the_policy_names_the_counts_that_the_figures_name(tmp_path):
    """A figure of the split is known to the control by its name, and by what it says that it is worked out from."""
    from exports.disclosure.policy import load_policy
    from exports.disclosure.scope import CountFinder

    made = build(make_publication(tmp_path, rows(COUNTS)), QUESTION, ANNEX, (2022, 2023))
    (sheet,) = (sheet for sheet in made.document.loose if sheet.name == "Verklaring ratio")
    finder = CountFinder(load_policy())
    figures = [cell for row in sheet.table.rows for cell in row if isinstance(cell, Figure)]
    assert {figure.id.level for figure in figures} == {VLAANDEREN, PROVINCIE, GEMEENTE}
    for figure in figures:
        behind = {cell for part in figure.parts for cell in finder.cells(part)}
        assert set(finder.cells(figure.id)) >= behind, figure


@pytest.mark.parametrize("hides", [False, True])
def test_the_figure_book_takes_the_last_year_apart_as_the_annex_does(tmp_path, hides):
    def hidden(figure: FigureId) -> bool:
        return hides and (figure.measure, figure.place) == ("trajectories", GHENT)

    made = make_publication(tmp_path / "p", rows(COUNTS))
    book = data_of(write_figure_book(made, tmp_path / "boek.html", hidden))
    annex = by_place(sheet_of(tmp_path / "q", hidden=hidden))
    names = {VLAANDEREN: "Vlaanderen", GHENT: "Gent", "p:Oost-Vlaanderen": "Provincie Oost-Vlaanderen"}
    of_book = {place: dict(zip(COLUMNS, values, strict=True)) for place, *values in book["split"]}
    assert SMALL not in of_book and ANTWERP in of_book
    for place, name in names.items():
        for column, shown in annex[name, 2023].items():
            value = of_book[place][column]
            assert (f"[{value}]" if isinstance(value, str) else value) == shown, (place, column)
    assert (of_book[GHENT]["months_in_twe"] == "c") is hides
    covered = {figure.id for figure in book_figures(made)}
    assert {identity((*CLIENTS[:1], name, BASIS), GEMEENTE, GHENT, 2023) for name in COLUMNS} <= covered
