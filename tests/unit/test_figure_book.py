"""The figure book holds what the public edition shows and nothing more: looked for in the page's own source."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_exports_support import ROWS, make_publication

from exports.annexes import KINDS
from exports.build import build
from exports.figure_book import figure_book_question, write_figure_book
from exports.identity import PROVINCIE, VLAANDEREN, FigureId
from exports.questions import Annex, Question

ANTWERP, GHENT = "11002", "44021"


@pytest.fixture(scope="module")
def publication(tmp_path_factory) -> Path:
    return make_publication(tmp_path_factory.mktemp("publication"))


def data_of(path: Path) -> dict[str, Any]:
    """The data in the source of the page."""
    found = re.search(r'<script type="application/json" id="cijfers">(.*?)</script>', path.read_text("utf-8"), re.S)
    assert found
    return json.loads(found[1])


def value(book: dict[str, Any], kind: str, place: str, measure: str, year: int) -> Any:
    series = book["series"][kind]
    names = [item["id"] for item in series["measures"]]
    return series["cells"][place][names.index(measure) * len(series["years"]) + series["years"].index(year)]


def numbers(book: dict[str, Any]) -> set[float]:
    """Every figure in the data of the page."""
    rows = [row for series in book["series"].values() for row in series["cells"].values()]
    return {cell for row in rows for cell in row if isinstance(cell, int | float)}


def question(*annexes: Annex, **facts: Any) -> Question:
    return Question(id="q", title="q", annexes=annexes, **facts)


def test_figures_are_those_of_the_annexes(publication, tmp_path):
    """Every figure of the page that an annex shows too has the same value there."""
    whole = figure_book_question(publication)
    asked = replace(whole, annexes=tuple(replace(annex, years=(2022, 2023)) for annex in whole.annexes))
    book = data_of(write_figure_book(publication, tmp_path / "book.html", questions=[asked]))
    compared = 0
    for annex in asked.annexes:
        kind = annex.kind.key
        for figure in build(publication, asked, annex).shown_figures():
            level, place = figure.id.level, figure.id.place
            name = figure.id.category if figure.id.measure == "trajectories" else figure.id.measure
            if place not in book["series"][kind]["cells"] and f"p:{place}" not in book["series"][kind]["cells"]:
                assert "iet toewijsbaar" in place or place == "99999"
                continue
            if name not in {item["id"] for item in book["series"][kind]["measures"]} or figure.id.year not in (
                2022,
                2023,
            ):
                continue
            shown = value(book, kind, f"p:{place}" if level == PROVINCIE else place, name, figure.id.year)
            if isinstance(figure.value, str):
                assert f"[{shown}]" == figure.value, figure
            else:  # the sheet with the rows of the mart rounds less
                assert shown == pytest.approx(float(figure.value), abs=0.051), figure
            compared += 1
    assert compared > 500


def test_what_is_hidden_is_nowhere_in_the_source_and_never_zero(publication, tmp_path):
    rows = [row for row in ROWS["mart_wage_subsidies"] if row[1] != GHENT]
    odd = make_publication(
        tmp_path / "odd", rows={"mart_wage_subsidies": [*rows, (2022, GHENT, "performance", 7919, "654321.12", "0")]}
    )

    def hidden(figure: FigureId) -> bool:
        return figure.measure == "subsidies" and (figure.place, figure.year) in ((GHENT, 2022), ("vlaanderen", 2022))

    open_page = write_figure_book(odd, tmp_path / "open.html").read_text("utf-8")
    page = write_figure_book(odd, tmp_path / "closed.html", hidden=hidden)
    assert "7919" in open_page and "654321.12" in open_page
    book = data_of(page)
    assert value(book, "3", GHENT, "subsidies", 2022) == "c"
    assert value(book, "3", GHENT, "amount_eur", 2022) == "c"  # worked out from it
    assert value(book, "3", VLAANDEREN, "amount_eur", 2022) == "c"
    assert value(book, "3", ANTWERP, "subsidies", 2022) == 12
    province = {value(book, "3", "p:Oost-Vlaanderen", name, 2022) for name in ("subsidies", "amount_eur")}
    assert province == {7919, 654321.12}  # another figure, for the engine to decide on


def test_a_change_is_hidden_when_the_year_before_is(publication, tmp_path):
    def hidden(figure: FigureId) -> bool:
        return (figure.measure, figure.place, figure.year) == ("clients_in_twe", ANTWERP, 2022)

    book = data_of(write_figure_book(publication, tmp_path / "book.html", hidden=hidden))
    assert value(book, "ratio", ANTWERP, "ratio_change_pp", 2023) == "c"
    assert value(book, "ratio", ANTWERP, "ratio_pct", 2022) == "c"
    assert value(book, "ratio", ANTWERP, "ratio_pct", 2023) == 20


def test_with_everything_hidden_no_figure_is_in_the_source(publication, tmp_path):
    assert numbers(data_of(write_figure_book(publication, tmp_path / "book.html", hidden=lambda figure: True))) == set()


def test_only_the_years_and_levels_that_the_questions_carry(publication, tmp_path):
    profile = Annex(KINDS["2"], "1", "t", (2022,), "a.xlsx", levels=("centrumstad", "vlaanderen"))
    later = replace(profile, number="2", years=(2023,), levels=("vlaanderen",))
    payment = Annex(KINDS["3"], "3", "t", (2022,), "b.xlsx", options={"basis": "payment"})
    pinned = question(Annex(KINDS["4"], "1", "t", (2022,), "c.xlsx"), geography_date=dt.date(2019, 1, 1))
    path = write_figure_book(publication, tmp_path / "book.html", questions=[question(profile, later, payment), pinned])
    book = data_of(path)
    assert set(book["series"]) == {"2"}  # another basis, and another publication, are not carried
    assert set(book["series"]["2"]["cells"]) == {VLAANDEREN, ANTWERP, GHENT}
    assert value(book, "2", ANTWERP, "gender/*", 2022) == 6
    assert value(book, "2", ANTWERP, "gender/*", 2023) is None
    assert value(book, "2", VLAANDEREN, "gender/*", 2023) == 9


def test_years_that_were_not_over_are_left_out(tmp_path):
    running = make_publication(tmp_path / "p", as_of=dt.date(2023, 12, 30))
    years = {annex.kind.key: annex.years for annex in figure_book_question(running).annexes}
    assert years == {"2": (2022,), "3": (2022,), "4": (2021, 2022), "5": (2022,), "ratio": (2021, 2022)}


def test_same_input_same_bytes_and_a_failure_leaves_the_former_page(publication, tmp_path):
    one, other = (write_figure_book(publication, tmp_path / f"{name}.html") for name in "ab")
    assert one.read_bytes() == other.read_bytes()
    with pytest.raises(ValueError, match="no edition 'half'"):
        write_figure_book(publication, one, edition="half")

    def fails(figure: FigureId) -> bool:
        raise RuntimeError("policy")

    with pytest.raises(RuntimeError, match="policy"):
        write_figure_book(publication, one, hidden=fails)
    assert one.read_bytes() == other.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_the_page_says_which_edition_it_is_and_what_its_data_are(publication, tmp_path):
    full = write_figure_book(publication, tmp_path / "f.html", hidden=lambda figure: True, edition="volledig")
    text = full.read_text("utf-8")
    assert "VERTROUWELIJK - volledige uitgave" in text and "SYNTHETISCHE DEMODATA" in text
    assert value(data_of(full), "2", ANTWERP, "gender/m", 2022) == 4
    public = write_figure_book(publication, tmp_path / "p.html").read_text("utf-8")
    assert "VERTROUWELIJK - volledige" not in public and "Er is geen geheimhouding toegepast" in public


def test_names_can_not_break_out_of_the_data(tmp_path):
    odd = make_publication(tmp_path / "p", names={GHENT: "</script><b>Gent & <!--"})
    page = write_figure_book(odd, tmp_path / "book.html")
    assert "</script><b>" not in page.read_text("utf-8")
    assert [place[1] for place in data_of(page)["places"] if place[0] == GHENT] == ["</script><b>Gent & <!--"]
