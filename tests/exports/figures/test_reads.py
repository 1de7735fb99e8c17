"""What is noted of a publication, and when another publication tells the same."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from exports import annex_figures, load_questions, write_annex
from exports.build import build
from exports.figure_book import book_figures
from exports.figures.collect import collect
from exports.figures.reading import PublicationReader
from exports.figures.reads import Reads, noted
from exports.figures.unchanged import unchanged
from orchestration.warehouse.publication import ABOUT_DELIVERIES
from tests.exports.tiny_publication import make_publication

QUESTIONS = load_questions()
YEARS = (2022, 2023)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return make_publication(tmp_path / "made")


def changed(made: Path, table: str, select: str) -> Path:
    """A copy of the publication in which a table holds what the statement selects from it."""
    folder = made.with_name(f"{made.name}-{len(list(made.parent.iterdir()))}")
    shutil.copytree(made, folder)
    path = folder / f"{table}.parquet"
    with duckdb.connect() as con:
        con.execute(f"create table changed as {select.format(table=repr(str(path)))}")
        con.execute(f"copy changed to '{path}' (format parquet)")
    return folder


def relations(reads: Reads) -> set[str]:
    return {json.loads(question)[0] for question in reads}


def test_only_what_was_asked_counts(made: Path) -> None:
    with noted() as reads, PublicationReader(made) as publication:
        publication.rows("mart_intake", ("year", "screened"), where={"year": range(2022, 2024)}, order_by=("year",))
    assert unchanged(reads, made)
    assert unchanged(reads, changed(made, "mart_intake", "select * from {table} where year <> 2021"))
    assert unchanged(reads, changed(made, "deliveries", "select * from {table} limit 0"))
    more = "select * replace (if(year = 2022, screened + 1, screened) as screened) from {table}"
    assert not unchanged(reads, changed(made, "mart_intake", more))
    assert not unchanged(reads, changed(made, "mart_intake", "select * exclude (screened) from {table}"))
    gone = changed(made, "mart_intake", "select * from {table}")
    (gone / "mart_intake.parquet").unlink()
    assert not unchanged(reads, gone)


def test_that_there_is_no_such_table_is_an_answer_too(made: Path) -> None:
    (made / "quality_checks.parquet").unlink(missing_ok=True)
    with noted() as reads, PublicationReader(made) as publication:
        assert not publication.has("quality_checks")
    assert unchanged(reads, made)
    other = changed(made, "labels", "select * from {table}")
    shutil.copy(other / "labels.parquet", other / "quality_checks.parquet")
    assert not unchanged(reads, other)


def test_a_block_in_a_block_is_noted_in_both_and_nothing_outside(made: Path) -> None:
    with PublicationReader(made) as publication:
        with noted() as outer:
            with noted() as inner:
                assert publication.facts
            assert publication.municipalities
        publication.rows("mart_intake", ("year",))
    assert relations(inner) == {"publication"} and relations(outer) == {"publication", "municipalities"}


def test_figures_that_are_in_memory_are_noted_as_if_they_were_read(made: Path) -> None:
    annex = QUESTIONS["twe-2024"].annex("2")
    found = []
    for _ in range(2):
        with PublicationReader(made) as publication:
            assert publication.municipalities and publication.labels("gender")
            with noted() as reads:
                collect(publication, annex.kind, YEARS, annex.options)
        found.append(reads)
    assert found[0] == found[1]
    assert relations(found[0]) == {"mart_started_profile", "municipalities", "labels"}


@pytest.mark.parametrize("question", sorted(QUESTIONS))
def test_which_figures_are_shown_is_found_without_a_look_at_deliveries(made: Path, question: str) -> None:
    """The control of a publication is the same as long as its figures are."""
    with noted() as reads:
        for annex in QUESTIONS[question].annexes:
            shown = {figure.id for figure in annex_figures(made, QUESTIONS[question], annex, YEARS)}
            assert shown == {figure.id for figure in build(made, QUESTIONS[question], annex, YEARS).shown_figures()}
    with noted() as reads:
        for annex in QUESTIONS[question].annexes:
            annex_figures(made, QUESTIONS[question], annex, YEARS)
        book_figures(made)
    assert relations(reads).isdisjoint(ABOUT_DELIVERIES)


def test_an_annex_reads_its_own_years_sources_and_marts(made: Path, tmp_path: Path) -> None:
    question = QUESTIONS["twe-2018"]
    annex = question.annex("2")  # screenings
    with noted() as reads:
        first = write_annex(made, question, annex, tmp_path / "first", YEARS)
    others = changed(made, "mart_outflow", "select * from {table} limit 1")
    others = changed(others, "mart_intake", "select * from {table} where year in (2022, 2023)")
    others = changed(others, "deliveries", "select * from {table} where source = 'screenings'")
    others = changed(others, "quarantine_reasons", "select * from {table} where source = 'screenings'")
    assert unchanged(reads, others)
    again = write_annex(others, question, annex, tmp_path / "again", YEARS)
    assert again.path.read_bytes() == first.path.read_bytes()
    assert not unchanged(reads, changed(made, "municipalities", "select * replace ('x' as municipality) from {table}"))
    assert not unchanged(reads, changed(made, "publication", "select * replace ('2.0' as code_version) from {table}"))
    later = "select * replace (cast('2025-01-01' as date) as as_of) from {table}"
    assert not unchanged(reads, changed(made, "publication", later))


def test_a_delivery_more_is_told_by_the_full_edition_alone(made: Path, tmp_path: Path) -> None:
    """The public edition says in which years was delivered."""
    question = QUESTIONS["twe-2024"]
    annex, reads = question.annex("1"), {}
    for edition in ("publiek", "volledig"):
        with noted() as reads[edition]:
            write_annex(made, question, annex, tmp_path, YEARS, edition=edition)
    extra = "select * replace ('trajecten_2024-01-10_nog.csv' as file_name) from {table} where file_name = "
    one = changed(made, "deliveries", f"from {{table}} union all by name {extra}'trajecten_2024-01-10.csv'")
    assert unchanged(reads["publiek"], one) and not unchanged(reads["volledig"], one)
    moved = "select * replace (cast('2022-01-10' as date) as delivered_on) from {table} where file_name = "
    earlier = changed(made, "deliveries", f"from {{table}} union all by name {moved}'trajecten_2024-01-10.csv'")
    assert not unchanged(reads["publiek"], earlier)
