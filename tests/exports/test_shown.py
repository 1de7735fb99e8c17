"""What an annex says of the detail that it shows, above its tables and among its notes: it follows the plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from exports.disclosure.plan import PublicPlan
from exports.disclosure.policy import Policy, load_policy
from exports.editions import EDITIONS
from exports.figures.collect import collect
from exports.figures.identity import ARRONDISSEMENT, CENTRUMSTAD, GEMEENTE, PROVINCIE, VLAANDEREN
from exports.figures.periods import Period
from exports.figures.reading import PublicationReader
from exports.figures.together import rows_of
from exports.sheets.context import Context, year_flags
from exports.sheets.shown import SHARED, less_detail, shared_rows, shown_blocks, shown_lines
from exports.sheets.text_sheets import explanation_sheet
from tests.disclosure.tables import PROJECT
from tests.exports.tiny_publication import QUESTIONS

YEARS = (2022, 2023)
WHY = "Waarom niet overal alles"


class OneYearPeriods(PublicPlan):
    """A plan with a period that lacks the last year."""

    def periods(self, years):
        return (Period(years[0], years[-2]),) if len(years) > 2 else ()


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(PROJECT)


@pytest.fixture
def context_of(publication: Path, policy: Policy):
    planned = PublicPlan(policy)
    with PublicationReader(publication) as reader:

        def made(number: str, plan: PublicPlan | None = planned, years=YEARS) -> Context:
            asked = QUESTIONS["twe-2024"]
            annex = asked.annex(number)
            figures = collect(reader, annex.kind, years, annex.options)
            flags = year_flags(annex, figures, reader.facts.as_of)
            return Context(reader, asked, annex, figures, flags, EDITIONS["publiek"], plan=plan)

        yield made


@pytest.mark.parametrize(
    ("number", "level", "line"),
    [
        ("2", VLAANDEREN, "Vlaanderen: per jaar, elke categorie apart."),
        ("2", PROVINCIE, "Provincies: per jaar, de meeste categorieën apart."),
        ("2", GEMEENTE, "Gemeenten: per jaar, totalen; 2022-2023 samen, in klassen."),
        ("3", GEMEENTE, "Gemeenten: per jaar, alle cijfers."),
        ("4", ARRONDISSEMENT, "Arrondissementen: per jaar, totalen; 2022-2023 samen, in klassen."),
        ("6", GEMEENTE, "Gemeenten: per jaar, enkel gemeten trajecten."),
        ("5", CENTRUMSTAD, "Centrumsteden: per jaar, in klassen; 2022-2023 samen, andere cijfers."),
    ],
)
def test_above_its_tables_a_level_says_in_a_sentence_what_it_shows(context_of, number, level, line):
    first, *more = shown_lines(context_of(number), [level])
    assert first == line
    assert bool(more) == (level != VLAANDEREN and number != "3"), "there is more for Flanders alone"
    assert all("de volledige cijfers bestaan en zijn vertrouwelijk" in text for text in more)


def test_the_notes_name_what_is_counted_together_and_why(context_of):
    context = context_of("2")
    (block,) = shown_blocks(context)
    told = dict(block.table.rows)
    assert list(told) == [
        *("Vlaanderen", "Provincies", "Arrondissementen", "Centrumsteden", "Gemeenten"),
        *("Waarom niet overal alles", "De volledige cijfers"),
    ]
    assert told["Gemeenten"].startswith("Per jaar: totalen. 2022-2023 samen: in klassen. Samen geteld: 'Vrouw, X of on")
    shown = {each.label for view in context.views(GEMEENTE) for each in view.indicators if "," in each.signature[2]}
    assert all(f"'{label}'" in told["Gemeenten"] for label in shown) and shown
    assert "Samen geteld" not in told["Vlaanderen"]
    assert block.title in [each.title for each in explanation_sheet(context, ()).blocks]


@pytest.mark.parametrize(
    ("question", "number", "why", "by_category"),
    [
        ("twe-2024", "2", "Daarom staan categorieën en jaren er samen.", True),
        ("twe-2024", "6", "Daarom staan jaren er samen, en ontbreken er cijfers.", False),
        ("twe-2018", "2", "Daarom staan jaren er samen, en ontbreken er cijfers.", False),
        ("twe-2024", "3", "", False),
        ("twe-2018", "1", "", False),
    ],
)
def test_why_there_is_less_names_what_is_less(context_of, question, number, why, by_category):
    asked = QUESTIONS[question].annex(number)
    context = replace(context_of("1"), question=QUESTIONS[question], annex=asked)
    context = replace(context, figures=collect(context.publication, asked.kind, YEARS, asked.options))
    told = dict(shown_blocks(context)[0].table.rows)
    assert told.get(WHY, "").endswith(why) and bool(why) == (WHY in told)
    assert ("per categorie" in told["De volledige cijfers"]) is by_category


def test_what_years_together_have_beside_each_year_is_told_once(context_of):
    """The labels of classes hold commas, so they stand in quotes, behind the rest."""
    told = dict(shown_blocks(context_of("5"))[0].table.rows)["Centrumsteden"]
    by_year, together = told.split(" 2022-2023 samen: ")
    assert by_year == "Per jaar: in klassen. Samen geteld: 'aan het werk' en 'niet aan het werk of onbekend'."
    assert together.startswith("in andere klassen; ook NEC, competentie: opleiding, competentie: werkplekleren en ")
    assert together.count("ziekte") == 1 and "totaal" not in together
    asked = QUESTIONS["twe-2018"].annex("2")
    intake = replace(context_of("5"), question=QUESTIONS["twe-2018"], annex=asked)
    intake = replace(intake, figures=collect(intake.publication, asked.kind, YEARS, asked.options))
    assert dict(shown_blocks(intake)[0].table.rows)["Provincies"] == (
        "Per jaar: enkel screenings, voldoet aan de criteria en toegeleid. 2022-2023 samen: ook onvolledige "
        "screenings, toegeleid en voldoet en toegeleid en voldoet niet."
    )
    assert dict(shown_blocks(context_of("6"))[0].table.rows)["Gemeenten"] == "Per jaar: enkel gemeten trajecten."


def test_years_of_which_a_level_has_no_details_are_named_with_where_they_are(context_of, policy):
    context = context_of("2", OneYearPeriods(policy), (2021, 2022, 2023))
    (line, _) = shown_lines(context, [GEMEENTE])
    assert line == "Gemeenten: per jaar, totalen; 2021-2022 samen, in klassen; van 2023 geen details."
    told = dict(shown_blocks(context)[0].table.rows)["Gemeenten"]
    assert (
        "Van 2023 zijn er geen details: ze staan hier enkel voor een heel tijdvak, en deze bijlage bevat er geen"
        in told
    )
    assert "geen met dat jaar" in told and "Voor de arrondissementen staan ze er per jaar." in told
    competence = context_of("6", OneYearPeriods(policy), (2021, 2022, 2023))
    told = dict(shown_blocks(competence)[0].table.rows)
    assert "Voor de provincies staan ze er per jaar." in told["Arrondissementen"], "municipalities have none either"


def test_no_period_at_all_is_said_too(context_of, policy):
    (line, _) = shown_lines(context_of("2", OneYearPeriods(policy)), [GEMEENTE])
    assert line == "Gemeenten: per jaar, totalen; van 2022-2023 geen details."


def test_the_municipalities_of_a_shared_row_are_named(context_of, publication):
    context = context_of("1")
    with PublicationReader(publication) as reader:
        places = [replace(place, province="Limburg", arrondissement="Tongeren") for place in reader.municipalities]
        rows = rows_of(places, {"11002"})
    context = replace(context, figures=context.figures.with_rows(rows))
    what, which = shown_blocks(context)
    assert which.table.rows == [
        ("Overige gemeenten van het arrondissement Tongeren (3)", "Aartselaar, Gent en Voeren"),
    ]
    assert f"{SHARED} Zie hieronder welke." in dict(what.table.rows)["Gemeenten"]
    assert "Daarom staan categorieën, jaren en kleine gemeenten er samen." in dict(what.table.rows)[WHY]
    assert shared_rows(context) == SHARED and shared_rows(context_of("1")) == ""


def test_a_letter_says_what_the_annex_has_at_each_level_where_smaller_places_have_less(context_of):
    first, *levels = less_detail(context_of("2"))
    assert first.startswith("Opdat niemand herkenbaar is, toont de bijlage minder naarmate een plaats kleiner is; waar")
    assert first.endswith("telt ook mee van wie het niet geregistreerd is:")
    assert [line.partition(":")[0] for line in levels] == [
        *("Vlaanderen", "Provincies", "Arrondissementen en centrumsteden", "Gemeenten"),
    ]
    assert levels[0] == "Vlaanderen: per jaar elke categorie apart;"
    assert levels[-1] == "Gemeenten: per jaar het totaal; 2022-2023 samen in klassen."
    alone = less_detail(context_of("6"))
    assert alone[-1] == "Gemeenten: per jaar gemeten trajecten.", "no transmissions"
    assert "2022-2023 samen alle cijfers;" in alone[-2]
    assert less_detail(context_of("3")) == [], "everything by year"


def test_a_letter_names_the_classes_where_they_are_few(context_of):
    *_, line = less_detail(context_of("1"))
    assert line == (
        "Gemeenten: per jaar het totaal; 2022-2023 samen in klassen: 'minder dan 12 maanden', '12-17 maanden of "
        "onbekend' en '18 maanden en meer'."
    )


def test_a_letter_about_flanders_alone_says_nothing_of_other_places(context_of):
    context = context_of("2")
    of_flanders = context.annex.model_copy(update={"levels": (VLAANDEREN,)})
    assert less_detail(replace(context, annex=of_flanders)) == []


def test_an_edition_that_shows_all_says_nothing_of_it(context_of):
    assert shown_lines(context_of("2", None), [GEMEENTE]) == [] and shown_blocks(context_of("2", None)) == []
    assert less_detail(context_of("2", None)) == []
