"""Which counts each document shows: what the disclosure control covers. Kept by what was read to find it out, so that a
delivery makes only the lists of documents anew that read what it changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.figure_book import book_figures, load_definition
from exports.figures.identity import Figure, FigureId
from exports.figures.reading import PublicationReader
from exports.figures.reads import noted
from exports.figures.unchanged import unchanged
from exports.questions.question import Question
from orchestration.answers.questions import Years
from orchestration.store.files import replaced
from orchestration.warehouse.publication import Publication

if TYPE_CHECKING:
    from exports.disclosure.policy import Policy
    from exports.disclosure.scope import Scope

BOOK = "the figure book"
MOST = 200
"""Lists that are kept: those used last."""


def name_of(question: Question, annex: str | None) -> str:
    """What a document is called among those of a control: an annex by its number, or the answer."""
    return f"{question.id} annex {annex}" if annex else f"the answer to {question.id}"


def figures_of(publication: Publication, question: Question, years: Years) -> dict[str, Callable[[], set[FigureId]]]:
    """Document -> what finds every figure that it shows, in the years of the question and those given to `--years`."""

    def of_annex(number: str) -> set[FigureId]:
        from exports import annex_figures

        annex = question.annex(number)
        return _with_parts(annex_figures(publication.path, question, annex, sorted({*annex.years, *(years or ())})))

    def of_answer() -> set[FigureId]:
        from exports.answering.answer import build_answer

        quoted: set[FigureId] = set()
        build_answer(publication.path, question, lambda figure: bool(quoted.add(figure)), years=years)
        return quoted

    annexes = {
        name_of(question, annex.number): lambda number=annex.number: of_annex(number) for annex in question.annexes
    }
    return {**annexes, name_of(question, None): of_answer}


def figures_of_book(publication: Publication) -> set[FigureId]:
    """Every figure of the figure book."""
    return _with_parts(book_figures(publication.path))


def scopes(
    path: Path, publication: Publication, questions: Sequence[Question], years: Years, policy: Policy, made_by: str
) -> dict[str, Scope]:
    """Document -> the counts that it shows, of all questions and the figure book. `path` is the file of what is kept,
    `made_by` the digest of the code and the policy."""
    from exports.disclosure.scope import CountFinder

    finder, before = CountFinder(policy), _read(path)
    with PublicationReader(publication.path) as reader:
        cities = {item.nis_code for item in reader.municipalities if item.is_centre_city}
    found: dict[str, Scope] = {}
    after: dict[str, Any] = {}

    def add(name: str, facts: list[Any], figures: Callable[[], set[FigureId]]) -> None:
        key = hashlib.sha256(json.dumps([made_by, name, *facts]).encode()).hexdigest()
        entry: dict[str, Any] | None = before.get(key)
        if entry is None or not unchanged(entry["reads"], publication.path):
            with noted() as reads:
                scope = finder.scope(figures(), cities)
            entry = {"reads": reads, "scope": _as_json(scope)}
        after[key] = entry
        found[name] = _from_json(entry["scope"])

    add(BOOK, [load_definition().source_sha256], lambda: figures_of_book(publication))
    for question in questions:
        for name, figures in figures_of(publication, question, years).items():
            add(name, [question.source_sha256, years], figures)
    kept = [*((key, entry) for key, entry in before.items() if key not in after), *after.items()]
    with replaced(path) as temporary:
        temporary.write_text(json.dumps(kept[-MOST:]), encoding="utf-8")
    return found


def union(found: Iterable[Scope]) -> Scope:
    """The counts that any of the documents shows. One that is shown of all gemeenten is of the centrumsteden too."""
    every: Scope = {}
    for scope in found:
        for block, items in scope.items():
            for item, levels in items.items():
                every.setdefault(block, {}).setdefault(item, set()).update(levels)
    return every


def _with_parts(figures: Iterable[Figure]) -> set[FigureId]:
    """The figures, and those that they were worked out from."""
    return {id_ for figure in figures for id_ in (figure.id, *figure.parts)}


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _as_json(scope: Scope) -> list[Any]:
    return [
        [*block, {item: sorted(levels) for item, levels in sorted(items.items())}] for block, items in scope.items()
    ]


def _from_json(scope: list[Any]) -> Scope:
    return {(name, year): {item: set(levels) for item, levels in items.items()} for name, year, items in scope}
