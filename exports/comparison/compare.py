"""What changed in the figures: between two publications, or since an answer that was given before.

    changes = compare_annex(kind, before, after, causes)      # before, after: DisplayedFigures

A change names the annex, the figure, the municipality and the year, what it was, what it is, and what can have
caused it: the deliveries that the newer figures rest on and the older do not. Nothing is guessed beyond that: who
knows better which delivery touches which municipality (`orchestration.releases.attribution`) hands in `causes`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from exports.annexes import KINDS
from exports.annexes.model import AnnexKind
from exports.comparison.displayed import FLANDERS, DisplayedFigures, Key, of_figures
from exports.figures.collect import collect
from exports.figures.identity import Value
from exports.figures.periods import Period
from exports.figures.reading import Facts, PublicationError, PublicationReader, UsedDelivery
from exports.questions.question import Question
from exports.xlsx.document import NOT_APPLICABLE

TIME = "verloop van de tijd: meer trajecten beëindigd of gemeten op de nieuwe stand"
NUMBER = "ander nummer: een persoon werd onder verschillende INSZ geleverd"
CODE = "andere versie van de code"
"""Reasons that are no delivery."""
Causes = Callable[[AnnexKind, str, int], Sequence[str]]
"""(annex kind, NIS code or FLANDERS, year) -> names of deliveries, or reasons in words."""


@dataclass(frozen=True)
class ComparedAnnex:
    """An annex to compare: its kind, the name to show, its years (None: all in the publications) and options."""

    name: str
    kind: AnnexKind
    years: tuple[int, ...] | None
    options: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """One figure that differs. `difference` is a number only where both are numbers."""

    annex: str
    key: Key
    municipality: str
    old: Value
    new: Value
    difference: Value
    causes: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """The outcome: `deliveries` are those of the newer side alone, `compared` counts the figures compared."""

    before: Facts
    after: Facts
    deliveries: tuple[UsedDelivery, ...]
    changes: tuple[Change, ...]
    compared: int


def annexes_of(question: Question | None) -> list[ComparedAnnex]:
    """The annexes to compare: those of a question, or every kind over all its years."""
    if question:
        return [
            ComparedAnnex(f"{question.id} bijlage {annex.number}", annex.kind, annex.years, annex.options)
            for annex in question.annexes
        ]
    return [ComparedAnnex(f"bijlage {key}" if key.isdigit() else key, kind, None, {}) for key, kind in KINDS.items()]


def compare(before: Path, after: Path, annexes: Sequence[ComparedAnnex], causes: Causes | None = None) -> Comparison:
    """Compare two publications. They must be of one geography: else their municipalities differ.

    Raises PublicationError. Without `causes` every new delivery of the annex's sources counts as one.
    """
    with PublicationReader(before) as old, PublicationReader(after) as new:
        if old.facts.geography_date != new.facts.geography_date:
            raise PublicationError(
                f"the publications have the municipalities of {old.facts.geography_date} and of "
                f"{new.facts.geography_date}: choose one geography date for both"
            )
        added = new_deliveries(old, new)
        causes_of = causes or by_source(added)
        changes: list[Change] = []
        compared = 0
        for annex in annexes:
            years = annex.years or tuple(sorted(_years(old, annex.kind) | _years(new, annex.kind)))
            if not years:
                continue
            sides = [of_figures(collect(side, annex.kind, years, annex.options)) for side in (old, new)]
            names = municipality_names(old) | municipality_names(new)
            compared += len(sides[0].keys() | sides[1].keys())
            changes += compare_annex(annex.name, annex.kind, sides[0], sides[1], names, causes_of)
        return Comparison(old.facts, new.facts, tuple(added), tuple(changes), compared)


def compare_annex(
    name: str,
    kind: AnnexKind,
    before: DisplayedFigures,
    after: DisplayedFigures,
    names: Mapping[str, str],
    causes: Causes,
) -> list[Change]:
    """The figures that differ, totals first, then by NIS code and year. A figure on one side alone counts as changed
    to or from nothing (None)."""
    order = {key: index for index, key in enumerate(dict.fromkeys((*after, *before)))}
    keys = sorted(
        (key for key in order if not _same(before.get(key), after.get(key))),
        key=lambda key: (key.nis_code != FLANDERS, key.nis_code, key.year, order[key]),
    )
    causes_at = cache(lambda nis_code, year: tuple(causes(kind, nis_code, year)))
    changes = []
    for key in keys:
        old, new = before.get(key), after.get(key)
        municipality = names.get(key.nis_code, key.nis_code)
        years = Period.of(key.year).years
        causes_of = tuple(dict.fromkeys(cause for year in years for cause in causes_at(key.nis_code, year)))
        changes.append(Change(name, key, municipality, old, new, _difference(old, new), causes_of))
    return changes


def new_deliveries(old: PublicationReader, new: PublicationReader) -> list[UsedDelivery]:
    """Accepted deliveries that the newer publication rests on and the older does not."""
    sources = tuple(sorted({source for kind in KINDS.values() for source in kind.sources}))
    known = {item.sha256 for item in old.deliveries(sources)}
    return [item for item in new.deliveries(sources) if item.sha256 not in known]


def by_source(deliveries: Sequence[UsedDelivery]) -> Causes:
    """Causes by source alone: every added delivery of a source that the annex is made from."""
    return lambda kind, nis_code, year: [item.file_name for item in deliveries if item.source in kind.sources]


def municipality_names(publication: PublicationReader) -> dict[str, str]:
    return {item.nis_code: item.municipality for item in publication.municipalities}


def _years(publication: PublicationReader, kind: AnnexKind) -> set[int]:
    return {year for mart in kind.marts for (year,) in publication.rows(mart.name, ("year",))}


def _number(value: Value) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) else None


def _same(old: Value, new: Value) -> bool:
    one, other = _number(old), _number(new)
    return old == new if one is None or other is None else one == other


def _difference(old: Value, new: Value) -> Value:
    one, other = _number(old), _number(new)
    return NOT_APPLICABLE if one is None or other is None else other - one
