"""A new question file to start from: a known one, with what belongs to that question alone taken out."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from exports.questions.field_types import parse_years
from exports.questions.question import QuestionError, load_question
from orchestration.answers.questions import known
from orchestration.store.files import replaced
from orchestration.store.paths import QUESTIONS
from orchestration.store.settings import Settings

_OF_THE_QUESTION = ("number", "date", "minister", "asked_by", "parliamentary_year", "introduction", "year")
_OF_THE_ANSWER = ("status", "draft_of", "as_of", "geography_date", "next_update")
_HEAD = """\
# {id}: started from {source}. Titles, texts and footnotes are still those of that question: go through them, then
# take out the line `draft_of`. Until then every title says ONTWERP and `twe release` refuses.
# `twe questions` checks this file; `twe annexes --question {id}` writes the annexes. How: docs/analyst.md
id: {id}
draft_of: {source}
{title}
status: ontwerp            # ontwerp, voorlopig or definitief; shown on every cover

# What is known of the question; leave out what is not.
# year: 2026
# number: "123"
# date: 2026-01-15
# minister: "..."
# asked_by: "..."

# Dates of the answer. Without them the question follows the newest delivery.
# as_of: 2026-02-19           # stand: only what was delivered up to that day counts
# geography_date: 2025-01-01  # municipalities as they were that day
"""


def draft(settings: Settings, new: str, source: str, years: str | None = None) -> Path:
    """Write a question file with the id `new`, made from the question `source`, and check it.

    It comes in the folder that `TWE_QUESTIONS` names, else among those of the project. `years` replaces those of every
    annex. Raises QuestionError when an id or the years can't be used.
    """
    questions = known(settings)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", new):
        raise QuestionError(f"id {new!r}: use small letters, digits and hyphens, as in twe-2026")
    if new in questions:
        raise QuestionError(f"question {new} exists already; choose another id")
    if source not in questions:
        raise QuestionError(f"there is no question {source!r} to start from; the questions are {', '.join(questions)}")
    own = settings.questions_folder
    paths = [folder / f"{source}.yml" for folder in (QUESTIONS, own) if folder]
    text = next(path for path in paths if path.is_file()).read_text(encoding="utf-8")
    target = (own or QUESTIONS) / f"{new}.yml"
    drafted = _drafted(text, new, source, years)
    with TemporaryDirectory() as folder:  # checked under its own name before anything is put in place
        trial = Path(folder) / target.name
        trial.write_text(drafted, encoding="utf-8")
        load_question(trial)
    with replaced(target) as temporary:
        temporary.write_text(drafted, encoding="utf-8")
    return target


def _drafted(text: str, new: str, source: str, years: str | None) -> str:
    blocks = _blocks(text)
    title = next(block for key, block in blocks if key == "title").rstrip("\n")
    kept = [block for key, block in blocks if key not in (*_OF_THE_QUESTION, *_OF_THE_ANSWER, "id", "title", "")]
    body = "\n".join(block.rstrip("\n") + "\n" for block in kept)
    if years:
        try:
            parse_years(years)
        except ValueError as error:
            raise QuestionError(f"--years: {error}") from None
        listed = f"[{years}]" if "," in years else years
        body = re.sub(r"(?m)^(\s+(?:- )?years:).*$", rf"\1 {listed}", body)
    return _HEAD.format(id=new, source=source, title=title) + "\n" + body


def _blocks(text: str) -> list[tuple[str, str]]:
    """(key, its lines) of the fields at the top level; "" for what stands before the first."""
    blocks: list[tuple[str, str]] = [("", "")]
    for line in text.splitlines(keepends=True):
        if found := re.match(r"([a-z_]+):", line):
            blocks.append((found[1], ""))
        key, so_far = blocks[-1]
        blocks[-1] = (key, so_far + line)
    return blocks
