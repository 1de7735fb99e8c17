"""`twe check`: everything that a steward may change, held against what the code will make of it.

A check is a function from the places of the files to the mistakes in them; adding one is adding it to a list.
"""

from collections.abc import Callable, Iterable

from orchestration.quality.checks import exports, reference, rules
from orchestration.quality.checks.files import MistakesError, Places
from orchestration.store.yaml_models import Mistake

Check = Callable[[Places], Iterable[Mistake]]
CHEAP: tuple[Check, ...] = (
    reference.code_lists,
    reference.class_sets,
    reference.municipalities,
    reference.merges,
    rules.sources,
    exports.questions,
    exports.figure_book,
    exports.policy,
)
"""What is looked at before every run: it costs milliseconds."""
THOROUGH: tuple[Check, ...] = (rules.dry_run,)
"""What `twe check` looks at besides."""


def mistakes(checks: Iterable[Check], places: Places | None = None) -> list[Mistake]:
    """All mistakes that the checks find, each once, in the order of the checks."""
    places = places or Places()
    return list(dict.fromkeys(mistake for check in checks for mistake in check(places)))


def require_sound(
    places: Places | None = None, despite_questions: bool = False, remedy_for_questions: str = ""
) -> list[Mistake]:
    """The mistakes in question files when `despite_questions` allows them and there are no others; else none.

    Raises `MistakesError` for any other mistake that a cheap check finds; `remedy_for_questions` ends its message when
    only question files hold mistakes.
    """
    found = mistakes(CHEAP, places)
    of_questions = bool(found) and found == mistakes((exports.questions,), places)  # read again only to tell them apart
    if found and not (of_questions and despite_questions):
        raise MistakesError(found, f"Nothing was changed. {remedy_for_questions}".strip() if of_questions else "")
    return found
