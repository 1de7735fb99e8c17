"""The figure book in a real browser: what a reader sees, hears and can do with the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from exports.annexes import KINDS
from exports.figure_book import write_figure_book
from exports.figures.identity import FigureId, Hidden
from exports.questions.question import Annex, Question
from tests.exports.tiny_publication import ROWS, make_publication
from tests.support.browser import Page, browser, executable

executable()
pytestmark = pytest.mark.slow
ANTWERP, GHENT = "11002", "44021"
SHEET = "document.getElementById('blad')"


def hidden(figure: FigureId) -> bool:
    return (figure.place, figure.category) == (GHENT, "gender/v")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("book")
    return write_figure_book(make_publication(folder / "publication"), folder / "cijferboek.html", hidden=hidden)


@pytest.fixture(scope="module")
def opened(tmp_path_factory, book: Path) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("browser")) as page:
        page.size(1400, 900)
        page.open(book)
        page.settle()
        yield page


@pytest.fixture
def page(opened: Page, book: Path) -> Page:
    """The page as it is when it has just been opened."""
    opened.size(1400, 900)
    opened.open(book)
    opened.settle()
    return opened


def texts(page: Page, selector: str) -> list[str]:
    return page.evaluate(f"[...document.querySelectorAll({selector!r})].map(item => item.textContent)")


def focused(page: Page) -> Any:
    return page.evaluate("document.activeElement.id || document.activeElement.textContent")


def test_nothing_is_asked_of_the_network_and_nothing_is_wrong(opened: Page, book: Path):
    page = opened
    assert page.evaluate("document.documentElement.dataset.ready") == "true"
    assert set(page.requests()) == {book.as_uri()}
    assert page.complaints() == []


def test_the_policy_of_the_page_stops_what_would_go_out(tmp_path, book: Path):
    """The test above could not fail if the browser hid what it was asked for."""
    with browser(tmp_path) as page:
        page.open(book)
        page.evaluate("fetch('http://127.0.0.1:9/x').catch(() => 0)")
        page.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.1:9/y.png'}))")
        page.settle()
        assert len(page.complaints()) >= 2
        assert all("Content Security Policy" in text for text in page.complaints()[:1])


def test_every_chart_is_drawn_named_and_has_its_figures_as_a_table(page: Page):
    charts = page.evaluate(
        "[...document.querySelectorAll('figure.chart')].map(figure => ({"
        " title: figure.querySelector('h3,h5').textContent, spoken: figure.querySelector('svg desc').textContent,"
        " shapes: figure.querySelectorAll('svg > :not(title, desc)').length,"
        " rows: figure.querySelectorAll('details table tbody tr').length}))"
    )
    assert len(charts) > 20
    for item in charts:
        assert item["title"] and item["shapes"] > 1 and item["rows"] > 0, item
        assert len(item["spoken"]) > 5 and "undefined" not in item["spoken"] and "NaN" not in item["spoken"], item
    assert not [text for text in texts(page, "svg text, td, th, p") if "NaN" in text or "undefined" in text]


def test_a_screen_reader_finds_headings_charts_and_the_picker(page: Page):
    heard = page.accessible()
    headings = [name for role, name in heard if role == "heading"]
    assert headings[0] == "Cijferboek TWE-OCMW" and "Waar mensen staan na 12 maanden" in headings
    assert ("combobox", "Kies een gemeente") in heard
    images = [name for role, name in heard if role == "image"]
    assert any(name.startswith("Opgestarte trajecten per jaar") and "2022 8" in name for name in images), images[:3]
    assert all(name.strip() for name in images)
    assert ("navigation", "Hoofdstukken") in heard and ("main", "") in heard
    assert page.evaluate("document.documentElement.lang") == "nl-BE"
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4,h5')].map(item => Number(item.tagName[1]))")
    assert levels[0] == 1 and all(after - before <= 1 for before, after in pairwise(levels))


def test_the_keyboard_alone_reaches_the_picker_and_changes_the_charts(page: Page):
    page.press("Tab")
    assert focused(page) == "Naar de inhoud"
    page.press("Enter")
    assert focused(page) == "inhoud"
    for _ in range(60):
        page.press("Tab")
        if focused(page) == "gemeente":
            break
    assert focused(page) == "gemeente"
    before = page.evaluate(f"{SHEET}.innerHTML")
    page.press("g")
    page.settle()
    assert texts(page, "#blad-titel")[0].startswith("Gent")
    assert page.evaluate("document.getElementById('gemeente').value") == GHENT
    after = page.evaluate(f"{SHEET}.innerHTML")
    assert after != before and "Oost-Vlaanderen" in after and "Antwerpen" not in after
    assert texts(page, "#melding") == ["De grafieken van Gent staan klaar."]
    assert page.evaluate("location.hash") == f"#gemeente-{GHENT}"
    page.press("ArrowDown")
    page.settle()
    assert texts(page, "#blad-titel")[0].startswith("Voeren")


def test_the_address_opens_a_municipality_and_hidden_figures_are_called_so(opened: Page, book: Path):
    opened.open(book, f"#gemeente-{GHENT}")
    opened.settle()
    assert texts(opened, "#blad-titel")[0].startswith("Gent")
    gender = opened.evaluate(
        f"[...{SHEET}.querySelectorAll('figure')].find(f => f.innerText.startsWith('Geslacht')).textContent"
    )
    assert gender.count("vertrouwelijk") >= 2  # in the chart, and in the table
    spoken = [text for text in texts(opened, "#blad svg desc") if text.startswith("Geslacht")]
    assert "Vrouw: Gent vertrouwelijk" in spoken[0]


def test_a_click_on_the_map_chooses_the_municipality(page: Page):
    page.evaluate(
        f"document.querySelector('[data-place=\"{GHENT}\"]').dispatchEvent(new MouseEvent('click', {{bubbles: true}}))"
    )
    assert texts(page, "#blad-titel")[0].startswith("Gent")


def test_numbers_are_written_as_in_flanders(page: Page):
    tiles = texts(page, ".tile strong")
    assert tiles == ["9", "100,0\u00a0%", "71,4\u00a0%", "0,0\u00a0mln.*", "29,2"]
    assert "15.000,10" in " ".join(texts(page, "#blad td"))


def test_the_key_figures_are_of_one_year_said_in_words(page: Page, tmp_path: Path):
    assert texts(page, "#peiljaar") == ["Vlaanderen in 2023, het laatste kalenderjaar dat voorbij is"]
    assert texts(page, "#voorlopig")[0].endswith("Er kunnen nog correcties of metingen komen.")
    earlier = [
        Annex(kind=KINDS["2"], number="1", title="t", years=(2022,), file_name="a.xlsx"),
        Annex(kind=KINDS["ratio"], number="2", title="t", years=(2022, 2023), file_name="b.xlsx"),
    ]
    publication = make_publication(tmp_path / "publication")
    asked = Question(id="q", title="q", annexes=tuple(earlier))
    page.open(write_figure_book(publication, tmp_path / "book.html", questions=[asked]))
    assert texts(page, "#peiljaar") == ["Vlaanderen in 2022"]
    asked = Question(id="q", title="q", annexes=(earlier[0], earlier[1].model_copy(update={"years": (2023,)})))
    page.open(write_figure_book(publication, tmp_path / "book2.html", questions=[asked]))
    assert texts(page, "#peiljaar") == ["Kerncijfers, elk van zijn laatste jaar"]
    assert texts(page, ".tile dt") == ["Opgestart (2022)", "Activering (2023)"]


def test_a_year_of_which_months_may_be_missing_is_marked_and_compared_with_none(page: Page):
    tile = next(text for text in texts(page, ".tile") if text.startswith("Loontoelagen"))
    assert "voor prestaties in 2023 (voorlopig: mogelijk nog niet alle maanden geleverd of betaald)" in tile
    assert "uitbetaald" not in tile and "dan in" not in tile
    drawn = page.evaluate(
        "[...document.querySelectorAll('#euro figure')].map(f => [f.querySelectorAll('rect').length, "
        "f.querySelectorAll('.provisional').length, [...f.querySelectorAll('.value, .tick')].map(t => t.textContent)])"
    )
    for bars, pale, told in drawn:
        assert "2023*" in told and "2022" in told, told
        assert sum(text.endswith("*") and text != "2023*" for text in told) == 1
        assert pale < bars


@pytest.mark.parametrize(("first", "compared"), [(2017, False), (2018, True)])
def test_nothing_is_compared_in_percent_with_the_year_of_the_start(tmp_path: Path, opened: Page, first, compared):
    codes = {"gender": "m", "age": "<25", "unemployment": "0-11", "schooling": "short", "migration_background": "yes"}
    rows = [(first + at, ANTWERP, *code, 4 + at) for at in range(2) for code in codes.items()]
    publication = make_publication(tmp_path / "p", rows={**ROWS, "mart_started_profile": rows})
    annex = Annex(kind=KINDS["2"], number="1", title="t", years=(first, first + 1), file_name="a.xlsx")
    asked = Question(id="q", title="q", annexes=(annex,))
    opened.open(write_figure_book(publication, tmp_path / "book.html", questions=[asked]))
    opened.settle()
    (tile,) = texts(opened, ".tile")
    assert ("25,0 % meer dan in" in tile) is compared


def test_a_line_that_ends_before_the_last_year_has_no_number_beside_it(tmp_path: Path, opened: Page):
    def last(figure: FigureId) -> bool:
        return (figure.place, figure.year, figure.measure) == (ANTWERP, 2023, "clients_in_twe")

    book = write_figure_book(make_publication(tmp_path / "p"), tmp_path / "book.html", hidden=last)
    opened.open(book, f"#gemeente-{ANTWERP}")
    opened.settle()
    texts_of = "[...document.querySelectorAll('#blad text.direct.text-accent')].map(item => item.textContent)"
    assert opened.evaluate(texts_of) == ["Antwerpen", "vertrouwelijk"]
    opened.open(write_figure_book(make_publication(tmp_path / "q"), tmp_path / "open.html"), f"#gemeente-{ANTWERP}")
    opened.settle()
    assert opened.evaluate(texts_of) == ["Antwerpen", "20,0\u00a0%"]


def test_risers_are_the_largest_only_of_those_that_are_shown(tmp_path: Path, opened: Page):
    rises = {"11001": 0.2, ANTWERP: 2.0, GHENT: 9.0, "73109": 1.0}
    ratios = [
        (
            year,
            code,
            "year_average",
            50.0,
            200.0,
            None,
            25.0 + (year - 2022) * change,
            None,
            None,
            change if year == 2023 else None,
            0.0,
        )
        for code, change in rises.items()
        for year in (2022, 2023)
    ]
    made = make_publication(tmp_path / "p", rows={"mart_activation_ratio": ratios})

    def risers(name: str, hidden: Hidden) -> list[str]:
        opened.open(write_figure_book(made, tmp_path / name, hidden=hidden))
        opened.settle()
        return texts(opened, "#vergeleken, #beweging h3, #beweging svg .name, #beweging .missing")

    few = "{}: te weinig gemeenten met een wijziging van minstens 1 procentpunt{} om te rangschikken."
    shown = ["Gent", "Antwerpen", "Voeren"]
    all_shown = risers("all.html", lambda figure: False)
    assert all_shown == ["", "Stijgers in 2023, onder 4 gemeenten", *shown, few.format("Dalers", "")]
    told = risers("one.html", lambda figure: figure.place == "11001")
    assert told[0].endswith("kan groter zijn dan die hieronder; vertrouwelijk: 1 gemeenten, vergeleken: 3.")
    assert told[1:-1] == ["Stijgers in 2023, onder de gemeenten waarvan het cijfer getoond mag worden", *shown]
    told = risers("few.html", lambda figure: figure.place == GHENT)
    assert told[1:] == [few.format(name, " die getoond mag worden") for name in ("Stijgers", "Dalers")]


def test_it_fits_a_phone_without_scrolling_sideways(page: Page):
    page.size(390, 844, mobile=True)
    page.settle()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate("Math.max(...[...document.querySelectorAll('svg')].map(s => s.viewBox.baseVal.width))") <= 390


def test_it_prints_with_the_charts_of_the_municipality_and_without_what_is_for_the_screen(page: Page):
    printed = page.pdf()
    assert printed.startswith(b"%PDF-") and printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") >= 4
    page.call("Emulation.setEmulatedMedia", media="print")
    seen = "document.querySelector({!r}).checkVisibility()".format
    assert not page.evaluate(seen("nav")) and not page.evaluate(seen("#gemeente"))
    assert page.evaluate(seen("#blad svg")) and page.evaluate(seen("#blad-titel"))
    page.call("Emulation.setEmulatedMedia", media="")


def test_text_stands_out_from_its_ground(page: Page):
    """Contrast of every text colour in use with white: at least 4.5, the demand of WCAG 2 on small text."""
    colours = page.evaluate(
        "[...new Set([...document.querySelectorAll('p, h1, h2, h3, h4, h5, td, th, summary, a, span, small')]"
        ".map(item => getComputedStyle(item).color).concat([...document.querySelectorAll('svg text')]"
        ".map(item => getComputedStyle(item).fill)))]"
    )
    assert len(colours) > 3
    for colour in colours:
        channels = [int(part) / 255 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        assert 1.05 / (luminance + 0.05) >= 4.5, colour


def test_it_opens_quickly(page: Page):
    """In the browser's own time; a page with all municipalities is measured by hand."""
    assert page.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd") < 2000
