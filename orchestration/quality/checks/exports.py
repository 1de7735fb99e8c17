"""Checks of the files that exports read: questions, the definition of the figure book, the disclosure policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from orchestration.quality.checks import reference
from orchestration.quality.checks.files import Places, read
from orchestration.store.yaml_models import Mistake, YamlDocument

if TYPE_CHECKING:
    from exports.disclosure.policy import PolicyFile
    from exports.questions.question import Question


def questions(places: Places) -> Iterator[Mistake]:
    """Every question can be read, and has an id of its own."""
    from exports.questions.question import read_questions

    yield from read_questions(places.questions, places.own_questions, places.figure_book.stem)[1]


def remarks(found: Iterable[Question], newest: dt.date | None) -> list[str]:
    """What is no mistake in a question, but seldom meant: parts to be finished before its answer can be released, and
    years after the newest delivery (`newest`), of which there can be no figures."""
    found = list(found)
    unfinished = [
        f"Not finished, so not to be released: {question.id}: {line}"
        for question in found
        for line in question.left_to_do()
    ]
    ahead = [
        f"Asks for years after the newest delivery ({newest}): {question.id}, annex {annex.number}, up to "
        f"{max(annex.years)}"
        for question in found
        for annex in question.annexes
        if newest and max(annex.years) > newest.year
    ]
    return unfinished + ahead


def figure_book(places: Places) -> Iterator[Mistake]:
    """The definition of the figure book can be read."""
    from exports.figure_book import load_definition
    from exports.questions.question import QuestionFileError

    try:
        load_definition(places.figure_book)
    except QuestionFileError as error:
        yield from error.mistakes


def policy(places: Places) -> Iterator[Mistake]:
    """The policy can be read, covers every mart that annexes show, and puts together what there is."""
    from exports.disclosure.policy import PolicyFileError, read_policy
    from exports.disclosure.scope import uncovered

    try:
        document = read_policy(places.policy)
    except PolicyFileError as error:
        yield from error.mistakes
        return
    yield from uncovered(document)
    yield from _unknown_members(document, places)


def _unknown_members(document: YamlDocument[PolicyFile], places: Places) -> Iterator[Mistake]:
    """Categories that are gone: what is left of their class is less than its label says."""
    known = _categories(places)
    classes = (
        (("classes", name, mart, family, number), rule)
        for name, by_mart in document.model.classes.items()
        for mart, families in by_mart.items()
        if mart in known
        for family, rules in families.items()
        for number, rule in enumerate(rules)
    )
    for place, rule in classes:
        _, _, mart, family, _ = place
        if gone := [f"{family}/{code}" for code in rule.members if f"{family}/{code}" not in known[mart]]:
            yield document.mistake(
                place,
                f"{mart} has no category {', '.join(gone)}; put what took its place among the members, and let the "
                f"label ({rule.label!r}) say what is counted",
            )


def _categories(places: Places) -> dict[str, set[str]]:
    """The categories that the tables of each mart have; none at all when the reference tables can't be read whole."""
    from exports.annexes import KINDS
    from exports.figures.plan import Categories, Signatures

    labels: dict[str, tuple[tuple[str, str], ...]] = {}
    for name, header, column in (
        (reference.CODE_LISTS, reference.CODE_HEADER, "code_list"),
        (reference.CLASS_SETS, reference.CLASS_HEADER, "class_set"),
    ):
        rows, mistakes = read(places.seeds / name, header)
        if mistakes:
            return {}
        for row in rows:
            labels[row[column]] = (*labels.get(row[column], ()), (row["code"], row["label_nl"]))
    found: dict[str, set[str]] = {}
    for kind, table in [(each, table) for each in KINDS.values() for table in each.tables]:
        sets = [column for column in table.columns if isinstance(column, Categories)]
        if any(column.label_set not in labels for column in sets):
            return {}
        unknown = frozenset(f"{column.prefix}{reference.UNKNOWN}" for column in sets)
        for indicator in Signatures(kind, {}).indicators(table, labels, unknown):
            mart, _, category = indicator.signature
            found.setdefault(mart, set()).add(category)
    return found
