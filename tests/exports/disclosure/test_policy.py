"""The policy file: what is wrong in it, with the line and what to do, and whether it covers what annexes show."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.disclosure.policy import Policy, PolicyError, kept_policy, load_policy, read_policy
from exports.disclosure.scope import uncovered
from exports.figures.identity import GEMEENTE
from tests.disclosure.tables import EVERYTHING, text_with

POLICY = text_with(EVERYTHING)


def written(tmp_path: Path, old: str, new: str) -> Path:
    path = tmp_path / "policy.yml"
    assert POLICY.count(old) >= 1
    path.write_text(POLICY.replace(old, new, 1), encoding="utf-8")
    return path


def changed(tmp_path: Path, old: str, new: str) -> Policy:
    """The policy with one text in it replaced."""
    return load_policy(written(tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("threshold: 4", "threshold: 1", r"policy\.yml, line 6: `threshold` must be greater than or equal to 2, not 1"),
        ("gemeente: 1", "gemeente: no", "`gemeente` must be a number, not False"),
        ("      - total = months/*", "      - total months/*", "write `total = part"),
        ("      - with_either <= total", "      - with_either < total", "write `part <= whole`"),
        ("aftercare_months: [with_art60]", "aftercare_months: [with art60]", "write the name of a count"),
        (
            "aftercare_months: [with_art60]",
            "aftercare_months: [art60]",
            "`art60` is no count of population ended; this mart has",
        ),
        ("      - with_either <= total", "      - with_eether <= total", "`with_eether` is no count of population"),
        ("  - measured.total = ended.total@-1", "  - measured = ended", r"write `population\.count"),
        ("  - measured.total = ended.total@-1", "  - measured.total = endet.total@-1", "no mart has population endet"),
        ("exceptions: []", "exceptions:\n  - {population: started}", "`reason` is missing; add it"),
        ("exceptions: []", "exceptions:\n  - {population: start, reason: x}", "no mart has population start;"),
        ("    population: screened", "    populatie: screened", "unknown field `populatie`"),
        ("rename: {screened: total}", "rename: {screend: total}", "`screend` isn't among the `counts`"),
        ("costs:", "costs: 3\nother:", "unknown field `other`"),
        ("performance: 12", "performance: 0", "`per_person` of performance must be a whole number of at least 1"),
    ],
)
def test_mistakes_in_the_policy_are_named_with_line_and_remedy(tmp_path, old, new, message):
    with pytest.raises(PolicyError, match=message):
        changed(tmp_path, old, new)


def test_every_mistake_in_the_policy_is_told_at_once_each_with_its_line(tmp_path):
    path = written(tmp_path, "threshold: 4", "threshold: vier")
    text = path.read_text(encoding="utf-8")
    text = text.replace("- total = months/*", "- total months/*\n      - 3", 1).replace("gemeente: 1", "gemeente: 0", 1)
    text = text.replace("with_either <= total", "with_eether <= total", 1)
    path.write_text(text.replace("population: screened", "populatie: screened"), encoding="utf-8")
    with pytest.raises(PolicyError) as error:
        load_policy(path)
    lines = text.splitlines()
    assert [(lines[mistake.line - 1].split(":")[0].strip(), mistake.what[:40]) for mistake in error.value.mistakes] == [
        ("threshold", "`threshold` must be a whole number, not "),
        ("gemeente", "`gemeente` must be greater than 0, not 0"),
        ("- total months/*", "'total months/*': write `total = part + "),
        ("- 3", "`sums` must be a text; put it in quotes,"),
        ("- with_eether <= total", "`with_eether` is no count of population "),
        ("population", "unknown field `populatie`; did you mean "),
    ]


def test_a_policy_kept_from_before_the_centrumsteden_had_a_cost_can_be_read(tmp_path):
    old = changed(tmp_path, "  centrumstad: 6\n", "")
    assert old.cost(GEMEENTE, True, False) == old.cost(GEMEENTE, False, False)


def test_the_policy_covers_every_measure_of_every_mart_and_nothing_else(tmp_path):
    assert uncovered(read_policy()) == []
    path = written(tmp_path, "  mart_intake:", "  mart_intakes:")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [(lines[mistake.line - 1], mistake.what.partition(";")[0]) for mistake in uncovered(read_policy(path))] == [
        ("  mart_intakes:", "no annex shows mart_intakes"),
        ("marts:", "says nothing about mart_intake"),
    ]
    (mistake,) = uncovered(read_policy(written(tmp_path, "performance: 12, ", "")))
    assert "`per_person` needs a number for each of payment, performance" in mistake.what
    (mistake,) = uncovered(read_policy(written(tmp_path, ", equivalent_leefloners]", "]")))
    assert "mart_activation_ratio: no line covers equivalent_leefloners; add it to `counts`" in mistake.what


def test_a_policy_kept_as_text_is_the_policy_of_the_file():
    assert kept_policy(POLICY) == load_policy()
    assert kept_policy(POLICY).text == POLICY
    with pytest.raises(PolicyError, match="threshold"):
        kept_policy(POLICY.replace("threshold: 4", "threshold: 1"))
