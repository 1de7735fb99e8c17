"""What a control decides for one document changes with that document alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from exports.disclosure.control import Control
from exports.disclosure.outcome import outcomes
from exports.disclosure.scope import Scope
from exports.figures.identity import GEMEENTE, VLAANDEREN
from tests.disclosure.views import controlled
from tests.disclosure.world import draw, publish

BEFORE = dt.date(2024, 6, 1)
STARTED: dict[str, tuple[int, ...]] = {"mart_started_profile": (2022,), "mart_started_duration": (2022, 2023)}
PROFILE: Scope = {("started", 2022): {"gender/m": {GEMEENTE, VLAANDEREN}, "gender/v": {GEMEENTE}, "total": {GEMEENTE}}}
DURATION: Scope = {("started", 2023): {"months/12": {GEMEENTE}, "total": {GEMEENTE, VLAANDEREN}}}


@pytest.fixture(scope="module")
def made() -> Control:
    return controlled(publish(draw(5, 400, (2022, 2023)), BEFORE), STARTED)


def digests(control: Control) -> tuple[str, str]:
    found = outcomes(control, {"profile": PROFILE, "duration": DURATION})
    return found["profile"].digest, found["duration"].digest


def hidden_in(made: Control, item: str, year: int) -> list[int]:
    return [
        number
        for number in sorted(made.release.hidden)
        if (made.release.system.cells[number].item, made.release.system.cells[number].year) == (item, year)
    ]


def test_a_figure_that_is_shown_after_all_changes_the_documents_that_show_it(made: Control) -> None:
    before = digests(made)
    cell = hidden_in(made, "gender/m", 2022)[0]
    shown = replace(made, release=replace(made.release, hidden=made.release.hidden - {cell}))
    profile, duration = digests(shown)
    assert profile != before[0] and duration == before[1]


def test_a_withheld_row_a_refusal_and_other_words_change_them(made: Control) -> None:
    before, system = digests(made), made.release.system
    cell = hidden_in(made, "gender/m", 2022)[0]
    withheld = system.copy()
    withheld.floors[cell] = 0
    profile, duration = digests(replace(made, release=replace(made.release, system=withheld)))
    assert profile != before[0] and duration == before[1]
    for other in (replace(made, passed=False), replace(made, policy_lines=("x",)), replace(made, audit_lines=("x",))):
        assert not set(digests(other)) & set(before)


def test_a_document_says_how_much_of_it_is_hidden(made: Control) -> None:
    (*verdict, line) = outcomes(made, {"profile": {("started", 2022): {"gender/m": {GEMEENTE}}}})["profile"].audit
    cells = [cell for cell in made.release.system.cells if (cell.item, cell.year) == ("gender/m", 2022)]
    many = sum(cell.level == GEMEENTE for cell in cells)
    hidden = sum(made.release.system.cells[number].level == GEMEENTE for number in hidden_in(made, "gender/m", 2022))
    assert tuple(verdict) == made.audit_lines and 0 < hidden < many
    assert line.startswith(f"Niveau gemeente, dit document: {hidden} van de {many} aantallen")


def test_a_year_more_in_the_control_leaves_the_outcome_of_documents_without_it() -> None:
    people = draw(5, 400, (2022, 2023))
    one, more = (
        controlled(publish(people, BEFORE), {"mart_started_profile": years}) for years in ((2022,), (2022, 2023))
    )
    assert len(more.release.system.cells) > len(one.release.system.cells)
    assert digests(one)[0] == digests(more)[0]
