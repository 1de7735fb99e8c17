"""The figure book holds what the public edition shows and nothing more: looked for in the page's own source."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.annexes import KINDS
from exports.build import build
from exports.figure_book import book_figures, definition, load_definition, write_figure_book
from exports.figure_book.data import figures_of, of_definition
from exports.figure_book.definition import Definition
from exports.figures.identity import ARRONDISSEMENT, PROVINCIE, VLAANDEREN, FigureId
from exports.figures.reading import PublicationReader
from exports.questions.question import Annex, Question, QuestionError
from orchestration.quality.checks import exports
from orchestration.quality.checks.files import Places
from tests.exports.tiny_publication import ROWS, make_publication

ANTWERP, GHENT = "11002", "44021"


def data_of(path: Path) -> dict[str, Any]:
    """The data in the source of the page."""
    found = re.search(r'<script type="application/json" id="cijfers">(.*?)</script>', path.read_text("utf-8"), re.S)
    assert found
    return json.loads(found[1])


def value(book: dict[str, Any], kind: str, place: str, measure: str, year: int) -> Any:
    series = book["series"][kind]
    names = [item["id"] for item in series["measures"]]
    row = series["cells"][place][names.index(measure)]
    at = series["years"].index(year) - len(series["years"]) + len(row)  # a row ends with the last year
    return row[at] if at >= 0 else None


def numbers(book: dict[str, Any]) -> set[float]:
    """Every figure in the data of the page."""
    rows = [row for series in book["series"].values() for place in series["cells"].values() for row in place]
    return {cell for row in rows for cell in row if isinstance(cell, int | float)}


def question(*annexes: Annex, **facts: Any) -> Question:
    return Question(id="q", title="q", annexes=annexes, **facts)


def annex_of(kind: str, file_name: str, years: tuple[int, ...] = (2022,), **more: Any) -> Annex:
    return Annex(kind=KINDS[kind], number=file_name[0], title="t", years=years, file_name=file_name, **more)


def test_figures_are_those_of_the_annexes(publication, tmp_path):
    """Every figure of the page that an annex shows too has the same value there."""
    kinds = definition.KINDS_SHOWN
    asked = question(*[annex_of(key, f"{key}.xlsx", (2022, 2023)) for key in kinds])
    book = data_of(write_figure_book(publication, tmp_path / "book.html", questions=[asked]))
    compared = 0
    for annex in asked.annexes:
        kind = annex.kind.key
        for figure in build(publication, asked, annex).shown_figures():
            level, place = figure.id.level, figure.id.place
            if level == ARRONDISSEMENT:
                continue  # the page has no places between gemeente and provincie
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


def test_what_no_municipality_has_is_told(publication, tmp_path):
    """Flanders counts it under an older geography, and no row of the page does."""
    wages = (2022, "99999", "performance", 7, "10.00", "0")
    older = make_publication(tmp_path / "older", rows={"mart_wage_subsidies": [*ROWS["mart_wage_subsidies"], wages]})
    for made, told in ((publication, False), (older, True)):
        asked = question(annex_of("3", "a.xlsx"))
        page = write_figure_book(made, tmp_path / f"{told}.html", questions=[asked])
        assert data_of(page)["series"]["3"]["unallocated"] is told
        assert ("<dt>niet toewijsbaar</dt>" in page.read_text("utf-8")) is told


def test_with_everything_hidden_no_figure_is_in_the_source(publication, tmp_path):
    assert numbers(data_of(write_figure_book(publication, tmp_path / "book.html", hidden=lambda figure: True))) == set()


def test_only_the_years_and_levels_that_the_questions_carry(publication, tmp_path):
    profile = annex_of("2", "a.xlsx", levels=("centrumstad", "vlaanderen"))
    later = annex_of("2", "b.xlsx", (2023,), levels=("vlaanderen",))
    payment = annex_of("3", "c.xlsx", options={"basis": "payment"})
    pinned = question(annex_of("4", "d.xlsx"), geography_date=dt.date(2019, 1, 1))
    path = write_figure_book(publication, tmp_path / "book.html", questions=[question(profile, later, payment), pinned])
    book = data_of(path)
    assert set(book["series"]) == {"2"}  # another basis, and another publication, are not selected
    assert set(book["series"]["2"]["cells"]) == {VLAANDEREN, ANTWERP, GHENT}
    assert value(book, "2", ANTWERP, "gender/*", 2022) == 6
    assert value(book, "2", ANTWERP, "gender/*", 2023) is None
    assert value(book, "2", VLAANDEREN, "gender/*", 2023) == 9


def selected(folder: Path, made: Definition) -> list[tuple[str, tuple[int, ...]]]:
    with PublicationReader(folder) as opened:
        return [(item.kind.key, item.years) for item in of_definition(made, opened)]


def test_years_run_on_to_the_last_that_was_over_and_nothing_is_made_up(tmp_path):
    running = make_publication(tmp_path / "p", as_of=dt.date(2023, 12, 30))
    years = {key: found for key, found in selected(running, load_definition()) if len(found) > 1 or key in "235"}
    assert years == {"2": (2022,), "3": (2022,), "4": (2021, 2022), "5": (2022,), "ratio": (2021, 2022)}
    path = tmp_path / "boek.yml"
    path.write_text(
        "id: boek\ntitle: t\nfigures:\n"
        "  - {kind: 4, years: last}\n  - {kind: 4, years: 2022-}\n  - {kind: 4, years: 2019-2020}\n"
    )
    assert selected(running, load_definition(path)) == [("4", (2022,)), ("4", (2022,)), ("4", (2019, 2020))]


@pytest.mark.parametrize(
    ("delivered", "found"),
    [("2023-09-15", [2022, 2023]), ("2024-02-10", [2023]), ("2024-12-31", [2023]), ("2025-01-05", [])],
)
def test_a_year_of_wage_subsidies_is_unfinished_until_a_delivery_of_two_years_on(tmp_path, delivered, found):
    """The demo data pay December in January, which is delivered a year later: corrections in between don't bring it."""
    made = make_publication(tmp_path / "p")
    file = made / "deliveries.parquet"
    with duckdb.connect() as con:
        con.execute(
            f"create table d as select * replace (case when source = 'loontoelagen' then date '{delivered}' "
            f"else date '2030-01-01' end as delivered_on) from '{file}'"
        )
        con.execute(f"copy d to '{file}'")
    book = data_of(write_figure_book(made, tmp_path / "book.html"))
    assert {key: series["unfinished"] for key, series in book["series"].items() if series["unfinished"]} == (
        {"3": found} if found else {}
    )


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("{kind: 1, years: last}", "line 4: the book has no charts for kind '1'"),
        ("{kind: 4, years: 2011-}", "line 4: `years` must start in 2017"),
        ("{kind: 4, years: soon}", "line 4: `years`: 'soon' is no year"),
        ("{kind: 4, years: last, file: a.xlsx}", "line 4: unknown field `file`"),
    ],
)
def test_a_mistake_in_the_definition_is_told_with_its_line(tmp_path, block, said):
    path = tmp_path / "cijferboek.yml"
    path.write_text(f"id: cijferboek\ntitle: t\nfigures:\n  - {block}\n")
    with pytest.raises(QuestionError, match=re.escape(said)):
        load_definition(path)
    (problem,) = exports.figure_book(Places(figure_book=path))
    assert problem.line == 4


@pytest.mark.parametrize(
    ("script", "expression", "numbers"),
    [
        ("base.js", r'return whole === 0 \? "z" : (.*);', {"part": 1, "whole": 4}),
        ("flanders.js", r"const change = (.*);", {"now": 5, "before": 4}),
    ],
)
def test_shares_and_changes_on_the_page_are_in_percent(script, expression, numbers):
    """The arithmetic of these lines of script is Python's too, so no browser is needed to try it."""
    text = (Path(definition.__file__).parent / "assets" / script).read_text(encoding="utf-8")
    (found,) = re.findall(expression, text)
    assert eval(found, {"__builtins__": {}}, numbers) == 25


def test_the_control_is_asked_for_every_figure_that_the_page_shows_and_no_other(publication, tmp_path):
    """What the page asks about while it is made is what the control was told of before."""
    asked: set[FigureId] = set()

    def hidden(figure: FigureId) -> bool:
        asked.add(figure)
        return False

    write_figure_book(publication, tmp_path / "book.html", hidden=hidden)
    told = {id_ for figure in book_figures(publication) for id_ in (figure.id, *figure.parts)}
    assert asked == told and len(told) > 300


def test_every_name_in_the_definition_is_that_of_a_figure(publication):
    """A name that is none would silently show nothing."""
    with PublicationReader(publication) as opened:
        for item in of_definition(load_definition(), opened):
            every = replace(item, measures=())
            known = {(figure.id.category, figure.id.measure) for figure in figures_of(opened, [every])}
            names = {name for pair in known for name in pair}
            assert {name for name in item.measures if not name.endswith("/")} <= names
            assert all(any(other.startswith(name) for other in names) for name in item.measures if name[-1] == "/")


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
    assert value(data_of(full), "2", ANTWERP, "gender/*", 2022) == 6
    public = write_figure_book(publication, tmp_path / "p.html").read_text("utf-8")
    assert "VERTROUWELIJK - volledige" not in public and "Er is geen geheimhouding toegepast" in public


def test_names_can_not_break_out_of_the_data(tmp_path):
    odd = make_publication(tmp_path / "p", names={GHENT: "</script><b>Gent & <!--"})
    page = write_figure_book(odd, tmp_path / "book.html")
    assert "</script><b>" not in page.read_text("utf-8")
    assert [place[1] for place in data_of(page)["places"] if place[0] == GHENT] == ["</script><b>Gent & <!--"]
