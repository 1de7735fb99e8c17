"""Erases a person: the rows stay, since figures count them, but nothing links them to the person any more.

Everywhere in the lake the person's pseudonym is replaced by a random one, and so are the identifiers of the person's
rows (trajectories, actions, payments), each by the same one in every delivery. So counts, sums and the newest version
of each row stay as they were. A person who got other numbers is erased under all of them, each under a random pseudonym
of its own, so that the changes still lead from one to the next. docs/retention.md explains why, and what the law says.
"""

import datetime as dt
import json
import secrets
import shutil
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations.contract import SourceContract
from orchestration.ingest.inbox import Delivery
from orchestration.ingest.persons import number_marks
from orchestration.ingest.persons.pseudonym import SHORT, client_key, create_insz_macros
from orchestration.ingest.workspace import Workspace
from orchestration.maintenance import originals, rewrite, same_figures
from orchestration.maintenance.erasure import Erasure
from orchestration.maintenance.erasure_preview import Agree, ErasurePreview, preview
from orchestration.maintenance.rewrite import pseudonyms
from orchestration.quality import review_log
from orchestration.store.errors import TweError
from orchestration.store.lock import single_writer
from orchestration.store.settings import Settings, ensure_writable
from orchestration.store.sql import literal, quote, read_parquet
from orchestration.store.swap import exchange, finish
from orchestration.warehouse import built


class InszError(TweError):
    """What was given is no INSZ; the message does not repeat it."""


class ChangedMeanwhileError(TweError):
    """What somebody agreed to is not what would be erased now."""


def digits_of(text: str) -> str:
    """The 11 digits of an INSZ, by the rule that ingest uses. Raises `InszError`, also for a wrong check number: with a
    typing mistake somebody else, or nobody, would be erased."""
    with duckdb.connect() as con:
        create_insz_macros(con)
        (digits,) = con.execute("select insz_digits(?)", [text.strip()]).fetchall()[0]
    if digits is None:
        raise InszError("what was given is no INSZ: 11 digits, of which the last two are right; nothing was changed")
    return digits


def erase(settings: Settings, insz: str, remove_files: bool = False, agree: Agree = lambda preview: None) -> Erasure:
    """Erase the person with this INSZ. `remove_files`: also remove the loaded files that hold the person from the
    inbox. `agree` is called before anything changes when the person has several numbers: a wrong change of number can
    join two people. Runs go on while it waits for somebody.

    Raises what `agree` raises, `InszError`, `SettingsError`, `BusyError`, `ChangedMeanwhileError` and
    `FiguresDifferError`; the data folder is then as it was.
    """
    digits = digits_of(insz)
    ensure_writable(settings.folder)
    with single_writer(settings.folder.lock):
        workspace, target = _look_up(settings, digits)
        if target.preview is None:
            return _erase(workspace, digits, target, remove_files)
    agree(target.preview)
    with single_writer(settings.folder.lock):
        workspace, now = _look_up(settings, digits)
        if now != target:
            raise ChangedMeanwhileError(
                "what would be erased changed while you were asked; nothing was erased",
                remedy="give the command again, and look at what it says now",
            )
        return _erase(workspace, digits, target, remove_files)


@dataclass(frozen=True)
class _Target:
    """What is to be erased: the pseudonyms of a person, and column -> identifiers that are the person's alone."""

    person: set[str]
    ids: dict[str, set[str]]
    preview: ErasurePreview | None
    """For a person with several numbers."""


def _look_up(settings: Settings, digits: str) -> tuple[Workspace, _Target]:
    """For whoever holds the lock."""
    finish(settings.folder)
    workspace = Workspace(settings)
    if not workspace.entries():
        return workspace, _Target(set(), {}, None)
    workspace.prepare_lake()
    lake, contracts = workspace.data.lake, list(workspace.contracts.values())
    person = _keys_of(lake, client_key(digits, workspace.key))
    ids = _identifiers(lake, contracts, person)
    if len(person) == 1:
        return workspace, _Target(person, ids, None)
    keys = {column: person for contract in contracts for column in pseudonyms(contract)}
    return workspace, _Target(person, ids, preview(workspace, len(person), ids | keys))


def _erase(workspace: Workspace, digits: str, target: _Target, remove_files: bool) -> Erasure:
    done = Erasure(numbers=max(len(target.person), 1))
    searched = _files_with(workspace, digits, target.person, target.ids)
    held = {delivery: found.rows for delivery, found in searched.items() if found.rows}
    done.not_searched = [d.file_name for d, found in searched.items() if not found.rows and not found.whole]
    if target.person:
        _replace(workspace, target.person, target.ids, held, done)
    accepted = {e.sha256 for e in workspace.entries() if e.status == "accepted"}
    for delivery in held:
        if remove_files and delivery.sha256 in accepted:
            delivery.path.unlink()
            done.removed.append(delivery.file_name)
        else:
            done.in_inbox.append(delivery.file_name)
            if delivery.sha256 not in accepted:
                done.never_loaded.append(delivery.file_name)
    return done


def _keys_of(lake: Path, given: str) -> set[str]:
    """The pseudonyms of the person whose pseudonym is `given`: those that current changes of number lead to, or that
    lead to one of them, in a circle too."""
    paths = list((lake / "insz_wijzigingen").glob("*.parquet"))
    if not paths:  # nothing was loaded since the source came
        return {given}
    with duckdb.connect() as con:
        files = read_parquet(*paths, union_by_name=True)
        rows = con.execute(
            f"select oude_insz_key, nieuwe_insz_key from {files} where true "
            "qualify row_number() over (partition by oude_insz_key order by _delivered_on desc, _file_name desc) = 1"
        ).fetchall()
    changes: dict[str, set[str]] = {}
    for old, new in rows:
        if new is not None:  # else its newest version withdraws the change
            changes.setdefault(old, set()).add(new)
            changes.setdefault(new, set()).add(old)
    found, to_follow = {given}, [given]
    while to_follow:
        further = changes.get(to_follow.pop(), set()) - found
        found |= further
        to_follow += further
    return found


def _files_with(
    workspace: Workspace, digits: str, person: Collection[str], ids: Mapping[str, Collection[str]]
) -> dict[Delivery, originals.Searched]:
    """The deliveries in the inbox -> the rows that hold an INSZ or an identifier of the person's."""
    everything, contracts = _in_inbox(workspace), workspace.contracts
    numbers = {digits}
    if len(person) > 1:  # the other numbers are known by their pseudonyms alone
        numbers.update(
            *(originals.numbers_of(contracts[d.source], d, person, workspace.key, workspace.limits) for d in everything)
        )
    return {d: originals.rows_of(contracts[d.source], d, numbers, ids, workspace.limits) for d in everything}


def _in_inbox(workspace: Workspace) -> list[Delivery]:
    """Every delivery that lies in the inbox, whatever became of it."""
    inbox = workspace.inbox
    everything = [*inbox.new, *inbox.loaded, *inbox.clashes, *inbox.rejected_before, *inbox.early]
    return everything + [d for d, _ in inbox.repeats]


def _replace(
    workspace: Workspace, person: set[str], ids: dict[str, set[str]], held: dict[Delivery, list[int]], done: Erasure
) -> None:
    data = workspace.data
    contracts = workspace.contracts.values()
    replacements = {name: {one: uuid.uuid4().hex for one in sorted(values)} for name, values in ids.items()}
    accepted = [e for e in workspace.entries() if e.status == "accepted"]
    deliveries = {e.sha256: e.delivery_id for e in accepted}
    names = {e.delivery_id: e.file_name for e in accepted}
    numbers = {deliveries[d.sha256]: rows for d, rows in held.items() if d.sha256 in deliveries}
    erased = {key: rewrite.ERASED + secrets.token_hex(29) for key in sorted(person)}
    keys = {column: person for contract in contracts for column in pseudonyms(contract)}
    replacements |= dict.fromkeys(keys, erased)
    marks = {number_marks.COLUMN: {number_marks.mark(key, workspace.key) for key in person}}
    searched = {deliveries[d.sha256] for d in _in_inbox(workspace) if d.sha256 in deliveries}
    emptied: set[tuple[str, int]] = set()
    with exchange(data) as after:
        for contract in contracts:
            files, rows = rewrite.rewrite_rows(data.lake, after.lake, contract, replacements)
            done.files, done.rows = done.files + files, done.rows + rows
            emptied |= rewrite.rewrite_quarantine(
                data.quarantine, after.quarantine, contract, ids | keys | marks, numbers
            )
            for delivery, rows_left in rewrite.unsearchable(after.quarantine, contract, searched).items():
                done.unsearchable[names[delivery]] = rows_left
        done.quarantined += len(emptied)
        rewrite.rewrite_findings(data.warehouse_findings, after.warehouse_findings, replacements)
        shutil.copytree(data.ledger.parent, after.ledger.parent)
        if data.reviews.exists():  # a steward's note about a row may contain something about the person
            held_rows = {(delivery, row) for delivery, rows in numbers.items() for row in rows}
            in_lake = (rewrite.rows_with(data.lake, contract, replacements) for contract in contracts)
            review_log.forget(after, {(names[d], row) for d, row in emptied | held_rows if d in names}.union(*in_lake))
        if done.rows or done.quarantined:
            _note(after.erasures, done)
        if done.rows:
            done.proved = same_figures.prove(workspace, after)
        rewrite.record(data, after, "erased")
        if done.rows:  # last, and before the exchange is decided: after a kill nobody would look for these any more
            built.remove(data)  # the warehouse holds the former pseudonyms; a run makes it again
            shutil.rmtree(data.key_sums, ignore_errors=True)  # where one person is counted, the sum is that one's key


def _identifiers(lake: Path, contracts: list[SourceContract], person: Collection[str]) -> dict[str, set[str]]:
    """Column -> identifiers that are the person's alone, followed from source to source.

    An identifier that was ever delivered for another client too is left out: rows of that client refer to it.
    """
    # Where somebody delivered the person's number as an identification, it is the person's, whosever the row is.
    ids = {column: {key[:SHORT] for key in person} for column in rewrite.identifications(contracts)}
    with duckdb.connect() as con:
        for contract in contracts:
            files = read_parquet(*(lake / contract.source).glob("*.parquet"), union_by_name=True)
            con.execute(f"create view {quote(contract.source)} as from {files}")
        while True:
            before = sum(map(len, ids.values()))
            for contract in contracts:
                _follow(con, contract, person, ids)
            if sum(map(len, ids.values())) == before:
                return {column: values for column, values in ids.items() if values}


def _follow(
    con: duckdb.DuckDBPyConnection, contract: SourceContract, person: Collection[str], ids: dict[str, set[str]]
) -> None:
    """Add the identifiers of the rows of a source that are the person's, by pseudonym or by an identifier in `ids`."""
    own = rewrite.identifiers(contract)
    refers: dict[str, Collection[str]] = dict.fromkeys(pseudonyms(contract), person)
    if not refers:
        refers = {c.name: ids[c.name] for c in contract.columns if c.name not in own and ids.get(c.name)}
    if not refers:
        return
    listed = {name: ", ".join(map(literal, ones)) for name, ones in refers.items()}
    theirs = " or ".join(f"{quote(name)} in ({texts})" for name, texts in listed.items())
    others = " or ".join(f"{quote(name)} not in ({texts})" for name, texts in listed.items())
    for column in own:
        found = con.execute(
            f"select distinct {quote(column)} from {quote(contract.source)} where {theirs} "
            f"except select {quote(column)} from {quote(contract.source)} where {others}"
        ).fetchall()
        ids[column] |= {one for (one,) in found if one is not None}


def _note(path: Path, done: Erasure) -> None:
    counts = {"rows": done.rows, "quarantined": done.quarantined, "files": done.files, "numbers": done.numbers}
    noted = {"erased_at": f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%SZ}", **counts}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(noted) + "\n")
