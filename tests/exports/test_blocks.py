"""Blocks of figures: which figures share one, under which bands, and that a sheet shows all that its views hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from exports.editions import EDITIONS
from exports.figures.collect import collect
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, Figure
from exports.figures.periods import Period
from exports.figures.reading import PublicationReader
from exports.figures.views import View
from exports.sheets.blocks import ROOM, PlaceList, PlaceRow, place_blocks
from exports.sheets.context import Context, year_flags
from exports.sheets.levels import NIS
from exports.xlsx.document import SheetColumn
from exports.xlsx.paper.layout import column_widths
from exports.xlsx.paper.letters import longest_word
from tests.exports.tiny_publication import ANNEXES, QUESTIONS

YEARS = tuple(range(2017, 2024))
PLACE = SheetColumn("Gemeente", width=21)
GHENT = PlaceRow(GEMEENTE, "44021", ("44021", "Gent"))


@pytest.fixture
def context_of(publication: Path):
    """Gives what the sheets of an annex are made from."""
    with PublicationReader(publication) as reader:

        def made(question: str, number: str) -> Context:
            asked = QUESTIONS[question]
            annex = asked.annex(number)
            figures = collect(reader, annex.kind, YEARS, annex.options)
            flags = year_flags(annex, figures, reader.facts.as_of)
            return Context(reader, asked, annex, figures, flags, EDITIONS["publiek"])

        yield made


def bands(block) -> list[str]:
    return list(dict.fromkeys(column.band for column in block.table.columns if column.band))


@pytest.mark.parametrize(("question", "number"), ANNEXES)
def test_the_blocks_show_every_figure_of_the_views_once_on_the_width_of_a_page(context_of, question, number):
    context = context_of(question, number)
    views = context.views(CENTRUMSTAD)
    blocks = place_blocks(context, "Blad", views, (NIS, PLACE), [PlaceList([GHENT])])
    shown = [cell for block in blocks for row in block.table.rows for cell in row if isinstance(cell, Figure)]
    wanted = [
        context.figures.figure(indicator, GEMEENTE, "44021", period.key)
        for view in views
        for indicator in view.indicators
        for period in view.periods
    ]
    assert sorted(map(repr, shown)) == sorted(map(repr, wanted))
    assert all(sum(column.width for column in block.table.columns) <= ROOM for block in blocks)
    assert len({block.table.name for block in blocks}) == len(blocks)


def test_years_stand_beside_each_other_under_their_figure_and_each_block_has_a_title_of_its_own(context_of):
    context = context_of("twe-2024", "2")
    blocks = place_blocks(context, "Blad", context.views(CENTRUMSTAD)[:1], (NIS, PLACE), [PlaceList([GHENT])])
    assert [bands(block) for block in blocks] == [["Man", "Vrouw"], ["X", "Onbekend [nota 2]"], ["Totaal [nota 1]"]]
    assert [block.title for block in blocks] == [f"Naar geslacht ({part}/3)" for part in (1, 2, 3)]
    assert [column.heading for column in blocks[0].table.columns[2:9]] == [str(year) for year in YEARS]


def test_the_figures_of_one_period_share_a_block_whatever_table_they_are_of(context_of):
    context = context_of("twe-2024", "2")
    views = [View(view.table, view.indicators[:-1], (Period(2023, 2023),)) for view in context.views(GEMEENTE)]
    places = [PlaceList([GHENT], f"provincie {name}") for name in ("Oost-Vlaanderen", "Limburg")]
    blocks = place_blocks(context, "Blad", views, (NIS, PLACE), places)
    above = [list(dict.fromkeys(column.above for column in block.table.columns[2:])) for block in blocks[:3]]
    assert above == [["Geslacht", "Leeftijd"], ["Werkloosheidsduur", "Scholing"], [""]], "the title names a table alone"
    assert {band for block in blocks for band in bands(block)} == {"2023"}
    assert [block.title for block in blocks] == [
        f"Provincie {province}. {tables}"
        for province in ("Oost-Vlaanderen", "Limburg")
        for tables in ("Geslacht en leeftijd", "Werkloosheidsduur en scholing", "Migratieachtergrond")
    ]
    columns = [column for block in blocks for column in block.table.columns[2:]]
    assert all(column.width >= longest_word(column.shown) for column in columns)


def test_blocks_are_cut_where_long_words_in_a_few_would_make_the_letters_of_all_too_small(context_of):
    context = context_of("twe-2024", "2")
    (view, *_) = context.views(GEMEENTE)
    wide = [
        replace(each, measure=replace(each.measure, label=sign * 30))
        for sign, each in zip("vwxyz", view.indicators, strict=True)
    ]
    views = [View(view.table, view.indicators, view.periods), View(view.table, tuple(wide), view.periods[-1:])]
    blocks = place_blocks(context, "Blad", views, (NIS, PLACE), [PlaceList([GHENT])])
    columns = [column for block in blocks for column in block.table.columns[2:]]
    assert all(column.width >= longest_word(column.shown) for column in columns)
    assert sum(column_widths(block.table for block in blocks)) <= 1.25 * ROOM
    whole = place_blocks(context, "Blad", views[:1], (NIS, PLACE), [PlaceList([GHENT])])
    assert len(blocks) > len(whole) + 1, "the figures of the first table fill a page by themselves"


def test_totals_by_year_share_a_block_with_details_of_one_period_where_both_fit(context_of):
    context = context_of("twe-2024", "5")
    (view,) = context.views(GEMEENTE)
    split = [
        View(view.table, view.indicators[4:5], view.periods[-4:]),
        View(view.table, view.indicators[:4], view.periods[-1:]),
    ]
    (block,) = place_blocks(context, "Blad", split, (NIS, PLACE), [PlaceList([GHENT])])
    assert bands(block) == ["Totaal gemeten", "2023"]
