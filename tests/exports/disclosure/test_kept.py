"""What is kept of the parts of a system gives the same outcome as solving them anew, and is used for nothing else."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from exports.disclosure import kept as kept_module
from exports.disclosure.audit import AuditReport, audit
from exports.disclosure.kept import KeptParts
from exports.disclosure.parts import audit_parts, given, pieces, suppress
from exports.disclosure.system import CellId, System
from tests.exports.disclosure.test_audit import table

TABLES, HEIGHT, WIDTH = 5, 4, 3


def numbers(rng: random.Random) -> list[list[int]]:
    return [[rng.choice((0, 1, 2, 3, 5, 9, 30)) for _ in range(WIDTH)] for _ in range(HEIGHT)]


def system(tables: list[list[list[int]]], fixed: dict[CellId, bool] | None = None) -> System:
    """Tables beside each other that share no cell, each a year of one population; the second follows the first."""
    whole = System(4)
    for year, values in enumerate(tables):
        part = table(values)
        names = [cell._replace(year=year) for cell in part.cells]
        for number, name in enumerate(names):
            whole.add_from(part, number, name, watched=True)
        for terms in part.equations:
            total, *parts = (names[number] for number, _ in terms)
            whole.equate(total, parts)
    for cell, number in whole.index.items():
        if cell.year == 1 and (leader := cell._replace(year=0)) in whole.index:
            whole.follows[number] = whole.index[leader]
    for cell, before in (fixed or {}).items():
        if cell in whole.index:
            whole.fixed[whole.index[cell]] = before
    return whole


def outcome(of: System, kept: KeptParts | None = None) -> tuple[set[int], AuditReport]:
    pattern = suppress(of, kept=kept)
    return pattern.hidden, audit_parts(pattern, kept or KeptParts())


@pytest.mark.parametrize("seed", range(4))
def test_deliveries_in_a_row_give_what_a_control_from_nothing_gives(seed: int, tmp_path: Path) -> None:
    rng, path = random.Random(seed), tmp_path / "kept.json.gz"
    tables, fixed = [numbers(rng) for _ in range(TABLES)], {}
    made = []
    for delivery in range(8):
        if delivery:  # the first leaves everything as it was, the others change one table
            changed = rng.randrange(TABLES) if delivery > 1 else None
            tables = [numbers(rng) if place == changed else values for place, values in enumerate(tables)]
        of = system(tables, fixed)
        kept = KeptParts(path, "code")
        found, anew = outcome(of, kept), outcome(of)
        kept.save()
        assert found == anew
        assert asdict(found[1]) == asdict(audit(of.published(found[0]), (), _changeable(of))) | _proofs(found[1])
        made.append(kept.made)
        if delivery == 4:  # released: what it showed and hid is decided for the rest
            fixed = {cell: number in found[0] for cell, number in of.index.items() if cell.year == 2}
    assert made[0] >= TABLES and made[1] == 0, "nothing changed, nothing is solved"
    # One table is solved and audited again, and with it the one that follows it; after a release the released one too.
    assert max(made[2:5]) <= 4 and max(made[6:]) <= 4, made


def _changeable(of: System) -> list[bool]:
    return [cell not in of.fixed and cell not in of.exempt for cell in range(len(of.cells))]


def _proofs(report: AuditReport) -> dict[str, int]:
    """By which proof a cell passes depends on the points; whether it passes does not."""
    return {"wide": report.wide, "large": report.large}


CHANGES: dict[str, Callable[[System], object]] = {
    "values that keep the sums": lambda of: of.values.__setitem__(slice(None), [2 * value for value in of.values]),
    "a floor": lambda of: of.floors.__setitem__(0, 0),
    "a unit": lambda of: of.units.__setitem__(0, 2),
    "a cost": lambda of: of.costs.__setitem__(0, 99.0),
    "what is watched": lambda of: of.watched.__setitem__(0, False),
    "an equation less": lambda of: of.equations.pop(),
    "a bound more": lambda of: of.bounds.append(((0, 1),)),
    "an exception": lambda of: of.exempt.add(0),
    "what a release showed": lambda of: of.fixed.__setitem__(0, False),
    "what a release hid": lambda of: of.fixed.__setitem__(0, True),
    "the threshold": lambda of: setattr(of, "threshold", 5),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_the_outcome_follows_from_makes_another_part(what: str) -> None:
    values = [[5, 9, 2], [3, 30, 9], [9, 1, 5]]
    before, after = table(values), table(values)
    CHANGES[what](after)
    facts = [[piece.facts for piece in pieces(of)] for of in (before, after)]
    assert facts[0] != facts[1]


def test_code_and_given_cells_make_another_outcome_and_names_do_not(tmp_path: Path) -> None:
    path, of = tmp_path / "kept.json.gz", table([[5, 9, 2], [3, 30, 9], [9, 1, 5]])
    kept = KeptParts(path, "code")
    outcome(of, kept)
    kept.save()

    def made(of: System, made_by: str = "code", start: frozenset[int] = frozenset()) -> int:
        kept = KeptParts(path, made_by)
        suppress(of, start=start, kept=kept)
        return kept.made

    assert made(of) == 0
    assert made(of, "other code") == 1
    assert made(of, start=frozenset({1})) == 1
    renamed = table([[5, 9, 2], [3, 30, 9], [9, 1, 5]])
    renamed.cells = [cell._replace(year=1999) for cell in renamed.cells]
    renamed.index = {cell: number for number, cell in enumerate(renamed.cells)}
    assert made(renamed) == 0


def test_another_choice_of_hidden_cells_is_audited_anew() -> None:
    of, kept = table([[5, 9, 2], [3, 30, 9], [9, 1, 5]]), KeptParts()
    safe = suppress(of, kept=kept)
    assert audit_parts(safe, kept).passed
    small = {number for number in range(len(of.cells)) if of.is_small(number)}
    report = audit_parts(given(of, small), kept)
    assert not report.passed and {item.cell for item in report.failures} <= small
    assert all(of.cells[item.cell] == item.name for item in report.findings)


@pytest.mark.parametrize(
    "damage", [b"", b"x", gzip.compress(b"[["), gzip.compress(b"[1]"), gzip.compress(b"[]")[:-5]], ids=range(5)
)
def test_a_damaged_file_is_solved_anew_and_replaced(damage: bytes, tmp_path: Path) -> None:
    path, of = tmp_path / "kept.json.gz", table([[5, 9, 2], [3, 30, 9], [9, 1, 5]])
    path.write_bytes(damage)
    kept = KeptParts(path)
    assert outcome(of, kept) == outcome(of) and kept.made == 2
    kept.save()
    again = KeptParts(path)
    outcome(of, again)
    assert again.made == 0


def test_the_file_is_its_owners_alone_and_forgets_what_was_not_used_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept.json.gz"
    monkeypatch.setattr(kept_module, "MOST", 3)
    for names in ("a", "b", "c", "a", "d"):
        kept = KeptParts(path)
        assert kept.outcome([names], lambda names=names: names.upper()) == names.upper()
        kept.save()
    assert path.stat().st_mode & 0o777 == 0o600
    after = KeptParts(path)
    for names in ("c", "d"):
        after.outcome([names], lambda: pytest.fail("it was kept"))
    after.outcome(["b"], lambda: "B")
    assert after.made == 1
