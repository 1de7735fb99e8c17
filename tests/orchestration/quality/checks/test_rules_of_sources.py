"""Every mistake in a suite is told at once, so that a steward mends a file in one go."""

import shutil
from pathlib import Path

import pytest

from expectations.contract import FOLDER
from orchestration.quality.checks import checking, rules
from orchestration.quality.checks.files import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    shutil.copytree(FOLDER, tmp_path / "expectations", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return Places(tmp_path / "expectations")


def found(places: Places) -> list[str]:
    return [str(mistake) for mistake in checking.mistakes((rules.sources,), places)]


def test_all_mistakes_of_one_rule_and_column_are_told_at_once(places: Places) -> None:
    path = places.expectations / "trajecten.yml"
    text = path.read_text(encoding="utf-8")
    rule = text[text.index("  - name: over_24_months") :]
    wrong = """  - name: over_24_months
    on_fail: waarschuw
    expect: expect_column_values_to_be_between
    kolom: looptijd_maanden
    max_value: 24
    only_if: {column: beeindiging}
    meaning: Het traject duurde langer dan 24 volle maanden.
  - name: another_one
    on_fail: warn
    expect: expect_column_values_to_be_between
    column: looptijd
    meaning: x
    remedy: x
"""
    text = text.replace(rule, wrong).replace(
        "einddatum: {type: date, desc", "einddatum: {type: datum, maximum: 9, desc", 1
    )
    path.write_text(text, encoding="utf-8")
    line = 1 + text[: text.index("  - name: over_24_months")].count("\n")
    told = found(places)
    assert [said.removeprefix(f"trajecten.yml, line {line}: rule 'over_24_months'") for said in told[:6]] == [
        " has no remedy; say in Dutch what to do, for the OCMW",
        *(
            f"trajecten.yml, line 12: column 'vermoedelijke_einddatum' {what}"
            for what in (
                "has type 'datum'; use one of text, insz, nis, date, month, integer, amount, yesno, code.",
                "has an unknown setting 'maximum'; use type, required, description, code_list, min, max.",
            )
        ),
        ": on_fail is 'waarschuw'; use reject or warn.",
        ": the setting 'column' is missing.",
        ": the setting 'kolom' is unknown here.",
    ]
    assert told[6].endswith(": only_if needs a column and an is (a code, or given).")
    assert told[7].endswith("rule 'another_one': there is no column 'looptijd'; did you mean 'looptijd_maanden'?")
    assert len(told) == 8


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("  yesno: J of N\n", "", "common.yml: allowed has no text 'yesno'"),
        ("{codes}", "{code}", "common.yml: allowed 'code' holds braces that mean nothing; use {bounds}, {codes}"),
    ],
)
def test_a_mistake_in_what_a_type_allows_is_told_once(before: str, after: str, told: str, places: Places) -> None:
    path = places.expectations / "common.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    (said,) = found(places)
    assert said.startswith(told)
