"""Question status: of every question, what was released and when, and whether its written documents are up to date."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from exports.figure_book import load_definition
from exports.questions.question import Question
from orchestration.answers import disclosure, documents, figure_books
from orchestration.answers.disclosure import StoredControl
from orchestration.answers.questions import known
from orchestration.ingest.ledger import Entry
from orchestration.ingest.workspace import Workspace
from orchestration.releases import register
from orchestration.store.settings import Settings
from orchestration.store.wording import table
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication
from orchestration.warehouse.run_dates import NothingAcceptedError, resolve


def text(settings: Settings) -> str:
    """The status of every question as text: its annexes, its releases, oldest first, and its written documents; then
    that of the figure book."""
    released = register.groups(register.read(settings.folder))
    questions, entries = known(settings), Workspace(settings).entries()
    book = load_definition()
    lines = []
    for question in questions.values():
        lines += [f"{question.id}  {question.title}", *_annexes(question)]
        lines += [f"    NOT FINISHED, can't be released: {line}" for line in question.left_to_do()]
        lines += _releases(question.id, released) + _written(settings, question, entries)
    lines += [f"{book.id}  {book.title} (the figure book: one page, no annexes)"]
    lines += _releases(book.id, released) + _book(settings, entries)
    for group in released:  # the file of a released question may have been removed since
        if group[0].question not in (*questions, book.id):
            lines += [f"{group[0].question}  (no question file any more)", _release(group)]
    return "\n".join(lines)


def _annexes(question: Question) -> list[str]:
    rows = []
    for annex in question.annexes:
        years = f"{min(annex.years)}-{max(annex.years)}" if len(annex.years) > 1 else str(annex.years[0])
        rows.append((annex.number, years, annex.title))
    return [table(("", "", ""), rows, indent=4)]


def _releases(name: str, released: list[list[register.Release]]) -> list[str]:
    found = [_release(group) for group in released if group[0].question == name]
    return found or ["    not released"]


def _release(group: list[register.Release]) -> str:
    first = group[0]
    draft = " (released as a draft)" if first.draft else ""
    synthetic = "; SYNTHETIC demo data" if first.synthetic else ""
    return (
        f"    released {_moment(first.released_at)}: as of {first.as_of}, municipalities of "
        f"{first.geography_date}, edition {first.edition}, status {first.status}{draft}, {len(group)} files{synthetic}"
    )


def _written(settings: Settings, question: Question, entries: Sequence[Entry]) -> list[str]:
    """The written annexes by as_of and geography date, and whether they are up to date."""
    place, stamps = settings.folder.annexes / question.id, documents.DocumentStamps(settings.folder)
    files = [place / annex.file_name for annex in question.annexes]
    found: dict[tuple[str, str] | None, list[Path]] = {}
    for file in files:
        if file.is_file():
            found.setdefault(stamps.dates(file), []).append(file)
    made, as_of = _publication_now(settings, entries, question.as_of, question.geography_date)
    control = disclosure.stored_control(settings, made) if made else None
    refused = _refused(control)
    if not found:
        return [refused or f"    nothing written: twe annexes --question {question.id}"]
    lines = []
    for dates, written in found.items():
        of = f"as of {dates[0]}, municipalities of {dates[1]}" if dates else "dates on their covers"
        lines.append(f"    written {_newest(written)}: {of}, {len(written)} of {len(files)} annexes in {place}")
    new = False
    if made and control:
        new = all(one.is_current for one in documents.states(settings, entries, made, question, control))
    return [*lines, refused or f"    {_state(new, as_of)}"]


def _refused(control: StoredControl | None) -> str:
    """Says that there is no public edition, and why; "" when there is one, or may be."""
    if control is None or not control.exists or control.summary.passed:
        return ""
    return f"    NO PUBLIC EDITION, disclosure control refused it: {control.summary.refused}"


def _book(settings: Settings, entries: Sequence[Entry]) -> list[str]:
    pages = figure_books.pages(settings.folder)
    made, as_of = _publication_now(settings, entries, None, None)
    refused = _refused(disclosure.stored_control(settings, made) if made else None)
    if not pages:
        return [refused or "    nothing written: twe figure-book"]
    current = figure_books.current(settings, made) if made else None
    page = current or pages[-1]
    lines = [f"    written {_newest([page])}: {page}", refused or f"    {_state(current is not None, as_of)}"]
    more = f"    {len(pages) - 1} more beside it, of other dates; a run for those dates keeps them up to date"
    return [*lines, more] if len(pages) > 1 else lines


def _publication_now(
    settings: Settings, entries: Sequence[Entry], as_of: dt.date | None, geography_date: dt.date | None
) -> tuple[Publication | None, dt.date | None]:
    """The publication that a run would take now, None when it is still to be made; and its as_of."""
    try:
        answer = resolve(entries, as_of, geography_date)
    except NothingAcceptedError:
        return None, None
    return publication.of_dates(settings.folder, entries, answer), answer.as_of


def _state(new: bool, as_of: dt.date | None) -> str:
    if new:
        return "up to date"
    why = "deliveries, questions, releases or code changed since"
    return f"OUT OF DATE: {why}; `twe run` makes it anew, as of {as_of}"


def _newest(files: Sequence[Path]) -> str:
    return _moment(dt.datetime.fromtimestamp(max(file.stat().st_mtime for file in files), dt.UTC))


def _moment(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
