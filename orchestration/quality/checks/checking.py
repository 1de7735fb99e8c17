"""`twe check`: everything that a steward may change, held against what the code will make of it.

A check is a function from the places of the files to the mistakes in them; adding one is adding it to a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from expectations.contract import FOLDER, ContractError
from orchestration.store.paths import DISCLOSURE_POLICY, FIGURE_BOOK, QUESTIONS, SEEDS
from orchestration.store.yaml_models import Mistake


class MistakesError(ContractError):
    """The files that decide what a good row is hold mistakes; nothing was run."""


@dataclass(frozen=True)
class Places:
    """Where the files lie."""

    expectations: Path = FOLDER
    seeds: Path = SEEDS
    questions: Path = QUESTIONS
    own_questions: Path | None = None
    """The folder that `TWE_QUESTIONS` names."""
    policy: Path = DISCLOSURE_POLICY
    figure_book: Path = FIGURE_BOOK


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is, what it is, and what to do. `line` counts from 1; None when it has no line."""

    file: str
    line: int | None
    what: str

    @classmethod
    def of(cls, mistake: Mistake) -> Problem:
        """A mistake that a reader of YAML found."""
        return cls(mistake.file_name, mistake.line, mistake.what)

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.what}" if self.line else f"{self.file}: {self.what}"


Check = Callable[[Places], Iterable[Problem]]


def cheap() -> tuple[Check, ...]:
    """What is looked at before every run: it costs milliseconds."""
    from orchestration.quality.checks import municipalities, policy, questions, reference, rules

    return (
        reference.code_lists,
        reference.class_sets,
        municipalities.municipalities,
        municipalities.merges,
        rules.sources,
        questions.questions,
        questions.figure_book,
        policy.policy,
    )


def thorough() -> tuple[Check, ...]:
    """What `twe check` looks at besides."""
    from orchestration.quality.checks import judging

    return (judging.rules_can_be_judged,)


def problems(checks: Iterable[Check], places: Places | None = None) -> list[Problem]:
    """All mistakes that the checks find, each told once, in the order of the checks."""
    places = places or Places()
    return list(dict.fromkeys(problem for check in checks for problem in check(places)))


def require_sound(places: Places | None = None, despite_questions: bool = False) -> list[Problem]:
    """Raises `MistakesError` when a cheap check finds a mistake. With `despite_questions`, mistakes in question files
    are given back when there are no others."""
    from orchestration.answers.questions import ASIDE
    from orchestration.quality.checks import questions

    found = problems(cheap(), places)
    if found:
        of_questions = found == problems((questions.questions,), places)
        if not (of_questions and despite_questions):
            raise MistakesError(
                "\n     ".join([*map(str, found), *([f"Nothing was changed. {ASIDE}"] if of_questions else [])])
            )
    return found
