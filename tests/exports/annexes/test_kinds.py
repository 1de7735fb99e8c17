"""Every annex kind carries all its parts, and each part that goes missing or goes wrong is noticed."""

import pkgutil
from dataclasses import replace
from pathlib import Path

import pytest

from exports import annexes
from exports.annexes import KINDS
from exports.annexes.model import AnnexKind, DateRole
from exports.figure_book.definition import KINDS_SHOWN
from tests.support.annex_kinds import NEEDED, problems, statement_problems

# Stated a second time: role of the date, changes with time, in the figure book, paid later, number of caveats.
REGISTERED = {
    "1": (DateRole.START, False, False, False, 1),
    "2": (DateRole.START, False, True, False, 1),
    "3": (DateRole.PAYMENT, False, True, True, 1),
    "4": (DateRole.END, True, True, False, 1),
    "5": (DateRole.MEASURED, True, True, False, 2),
    "6": (DateRole.MEASURED, True, False, False, 2),
    "ratio": (DateRole.MONTH, False, True, False, 2),
    "intake": (DateRole.SCREENING, False, False, False, 1),
    "aftercare": (DateRole.END, True, False, False, 1),
}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def test_every_module_of_the_package_is_a_kind_that_is_listed() -> None:
    modules = {item.name for item in pkgutil.iter_modules(annexes.__path__)} - {"model"}
    assert {kind.statement.__module__.rpartition(".")[2] for kind in KINDS.values()} == modules
    assert len(KINDS) == len(modules)


@every_kind
def test_a_kind_is_complete(kind: AnnexKind, publication: Path) -> None:
    assert problems(kind) + statement_problems(kind, publication, (2022, 2023)) == []


def caveats(kind: AnnexKind) -> int:
    return len(kind.caveats + kind.local_caveats)


def test_what_other_documents_need_of_the_kinds() -> None:
    assert {
        key: (kind.date_role, kind.changes_with_time, kind.in_figure_book, kind.paid_later, caveats(kind))
        for key, kind in KINDS.items()
    } == REGISTERED
    assert tuple(key for key, (_, _, shown, _, _) in REGISTERED.items() if shown) == KINDS_SHOWN


@every_kind
@pytest.mark.parametrize("part", NEEDED)
def test_a_part_that_is_missing_is_noticed(kind: AnnexKind, part: str) -> None:
    value = getattr(kind, part)
    none = "" if isinstance(value, str) else () if isinstance(value, tuple) else None
    assert problems(replace(kind, **{part: none})) == [f"{part} is empty"]


@every_kind
def test_a_part_that_names_nothing_is_noticed(kind: AnnexKind, publication: Path) -> None:
    chart, mart, note = kind.charts[0], kind.marts[0], kind.notes[0]
    for wrong in (
        replace(kind, sources=(*kind.sources, "elsewhere")),
        replace(kind, headline=("elsewhere",)),
        replace(kind, charts=(replace(chart, sheet="elsewhere"),)),
        replace(kind, charts=(replace(chart, measures=("elsewhere",)),)),
        replace(kind, city_charts=(replace(kind.city_charts[0], without=("elsewhere",)),)),
        replace(kind, notes=(replace(note, measures=("elsewhere",)),)),
        replace(kind, marts=(replace(mart, fields=(replace(mart.fields[0], column="elsewhere"),)), *kind.marts[1:])),
        replace(kind, overview="van die jaren"),
        replace(kind, overview_by_option={"elsewhere": "in {years}"}),
        replace(kind, caveats=("geen zin",)),
        replace(kind, date_role="elsewhere"),
        replace(kind, in_figure_book=not kind.in_figure_book),
        replace(kind, weights={"elsewhere": "elsewhere"}),
        replace(kind, changes_with_time=True, date_role=DateRole.START),
        replace(kind, paid_later=True, date_role=DateRole.START),
    ):
        assert problems(wrong) != []
    assert statement_problems(replace(kind, statement=lambda head: []), publication, (2022,)) != []
