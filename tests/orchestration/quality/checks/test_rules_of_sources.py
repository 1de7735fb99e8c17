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
    column, first, second = "column 'vermoedelijke_einddatum'", "rule 'over_24_months'", "rule 'another_one'"
    types = "'text', 'insz', 'nis', 'date', 'month', 'integer', 'amount', 'yesno' or 'code'"
    fields = "meaning, remedy, name, expect, on_fail, only_if, column, min_value, max_value, strict_min, strict_max"
    assert found(places) == [
        f"trajecten.yml, line {place}: {what}"
        for place, what in (
            (12, f"{column}: `type` must be one of {types}, not 'datum'"),
            (12, f"{column}: unknown field `maximum`; did you mean `max`?"),
            (line, f"{first}: `remedy` is missing; add it"),
            (line, f"{first}: `column` is missing; add it"),
            (line + 1, f"{first}: `on_fail` must be one of 'reject' or 'warn', not 'waarschuw'"),
            (line + 3, f"{first}: unknown field `kolom`; known fields: {fields}"),
            (line + 5, f"{first}: `is` is missing; add it"),
            (line + 10, f"{second}: there is no column 'looptijd'; did you mean 'looptijd_maanden'?"),
        )
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("  yesno: J of N\n", "", "allowed has no text 'yesno'"),
        (
            "{codes}",
            "{code}",
            "allowed 'code': the text holds braces that mean nothing; use {bounds}",
        ),
    ],
)
def test_a_mistake_in_what_a_type_allows_is_told_once(before: str, after: str, told: str, places: Places) -> None:
    path = places.expectations / "common.yml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    (said,) = found(places)
    place = before if after else "allowed:"  # what is missing is told of the whole block
    line = text[: text.index(place)].count("\n") + 1
    assert said.startswith(f"common.yml, line {line}: {told}")
