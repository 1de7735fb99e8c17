"""What the policy shows on purpose: it stays possible to publish, and nothing else is given away."""

from __future__ import annotations

import datetime as dt
import textwrap

import pytest

from exports.disclosure.exceptions import remarks_not_applied, rules_not_applied
from exports.disclosure.store import load, save
from exports.figures.identity import VLAANDEREN, FigureId
from orchestration.store.paths import PROJECT
from tests.disclosure.views import controlled
from tests.disclosure.world import draw, publish
from tests.exports.disclosure.test_policy import changed

BEFORE = dt.date(2024, 6, 1)


def test_an_exception_shows_a_small_count_and_says_why(tmp_path):
    rule = "exceptions:\n  - {population: started, item: gender/x, place: vlaanderen, reason: agreed in writing}"
    policy = changed(tmp_path, "exceptions: []", rule)
    world = publish(draw(3, 60, (2022,)), BEFORE)
    profile = {"mart_started_profile": (2022,)}
    figure = FigureId("mart_started_profile", "trajectories", 2022, VLAANDEREN, VLAANDEREN, "gender/x")
    assert controlled(world, profile).hidden(figure)
    excepted = controlled(world, profile, policy=policy)
    assert not excepted.hidden(figure) and excepted.passed
    assert any("agreed in writing" in line for line in excepted.policy_lines)


def documented_exception() -> str:
    """The example of docs/disclosure.md, as it stands there."""
    text = (PROJECT / "docs" / "disclosure.md").read_text(encoding="utf-8")
    examples = (part.partition("```")[0] for part in text.split("```yaml\n")[1:])
    return next(textwrap.dedent(example) for example in examples if "exceptions:" in example)


@pytest.mark.parametrize("people", [60, 300])
def test_the_exception_of_the_documentation_never_blocks_a_public_edition(tmp_path, people):
    """Shown wherever it gives nothing away; where it would, it yields, and both readers are told."""
    policy = changed(tmp_path, "exceptions: []", documented_exception())
    (rule,) = policy.exceptions
    world = publish(draw(people, people, (2021, 2022, 2023)), BEFORE)
    made = controlled(world, policy=policy)
    assert made.passed
    hidden = [
        year
        for year in (2021, 2022, 2023)
        if made.hidden(FigureId("mart_started_profile", "trajectories", year, VLAANDEREN, VLAANDEREN, "gender/x"))
    ]
    assert len(hidden) < 3
    told = [line for line in made.policy_lines if line.startswith("Niet toegepast in")]
    remarks = remarks_not_applied(made.release, policy)
    assert bool(told) == bool(remarks) == bool(hidden) == (people == 60)
    for text in (*told, *remarks):
        assert rule.about == "started gender/x vlaanderen" and rule.about in text
        assert ", ".join(map(str, hidden)) in text
    shown = tmp_path / "kept.control.json.gz"
    save(made, shown)
    assert rules_not_applied(load(shown).release, policy) == rules_not_applied(made.release, policy)


def test_an_exception_to_everything_shows_everything(tmp_path):
    """No message about a fault of the control: there is nothing to protect."""
    rule = "exceptions:\n  - {population: started, reason: agreed in writing}"
    policy = changed(tmp_path, "exceptions: []", rule)
    made = controlled(publish(draw(3, 60, (2022,)), BEFORE), {"mart_started_profile": (2022,)}, policy=policy)
    assert made.passed and not any(made.release.system.watched[cell] for cell in made.release.hidden)
