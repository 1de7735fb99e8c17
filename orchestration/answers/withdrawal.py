"""Which public documents may not be handed out any more, after a control that was refused or a release."""

from collections.abc import Sequence
from pathlib import Path

from exports.editions import PUBLIEK
from exports.questions.question import Question
from orchestration.answers import disclosure, documents, figure_books
from orchestration.answers.documents import ANSWER
from orchestration.answers.questions import Years, known
from orchestration.ingest.ledger import Entry
from orchestration.releases import withdrawn
from orchestration.store.settings import Settings
from orchestration.warehouse.publication import Publication

REFUSED = "disclosure control refused it since: with what was released, hidden figures in it can be worked out"
UNAWARE = "something was released since that its disclosure control did not know of"


def after_refusal(settings: Settings, entries: Sequence[Entry], refused: Publication, years: Years) -> list[Path]:
    """Take away the public documents of a publication whose control was refused, of all questions: they were made under
    an earlier control. A refused control of other `years` says nothing of the usual documents."""
    found = []
    for question in known(settings).values():
        place = documents.folder(settings.folder, question, refused, entries, years)
        places = [place] if years else [place, *_of_other_years(place, question)]  # these keep to the usual edition
        found += [file for at in places for file in _public_files(at, question)]
    if not years:
        found += [figure_books.file(settings.folder, refused, PUBLIEK)]
    return withdrawn.take_away(settings.folder, found, REFUSED)


def after_refusal_of(settings: Settings, place: Path, question: Question, name: str) -> None:
    """Take away one public document, of which the control is refused."""
    withdrawn.take_away(settings.folder, _public(place, question, name), REFUSED)


def after_release(settings: Settings, entries: Sequence[Entry], released: Publication) -> list[Path]:
    """Take away the public documents whose control did not know of what was just released: all but those that would be
    written the same now. `twe run` and `twe annexes` make them anew, or refuse them."""
    data, found = settings.folder, []
    control = disclosure.stored_control(settings, released)
    for question in known(settings).values():
        usual = documents.folder(data, question, released, entries, None)
        states = documents.states(settings, entries, released, question, control)
        old = [state for state in states if not state.is_current]
        found += [file for state in old for file in _public(usual, question, state.name)]
        root = data.annexes / question.id
        aware = {usual, *([] if old else _of_other_years(usual, question))}
        others = {root, *(path for path in root.glob("*") if path.is_dir())} - aware
        found += [file for place in sorted(others) for file in _public_files(place, question)]
    book = figure_books.current(settings, released)
    found += [page for page in figure_books.pages(data) if page != book]
    return withdrawn.take_away(data, found, UNAWARE)


def _of_other_years(place: Path, question: Question) -> list[Path]:
    """The folders of the same dates as `place`, of years that were asked for."""
    return sorted(place.glob("jaren-*") if place.name == question.id else place.parent.glob(f"{place.name}_jaren-*"))


def _public_files(place: Path, question: Question) -> list[Path]:
    """The public documents of a question in a folder, whether they are there or not."""
    return [path for name in documents.names(question) for path in _public(place, question, name)]


def _public(place: Path, question: Question, name: str) -> list[Path]:
    from exports.answering.answer import control_list

    path = documents.files(place, question, name)[PUBLIEK]
    return [path, control_list(path, question.id)] if name == ANSWER else [path]
