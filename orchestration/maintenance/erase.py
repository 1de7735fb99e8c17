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
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from expectations.contract import SourceContract
from orchestration.ingest.inbox import Delivery
from orchestration.ingest.persons import number_marks
from orchestration.ingest.persons.pseudonym import SHORT, client_key, create_insz_macros
from orchestration.ingest.workspace import Workspace
from orchestration.maintenance import originals, rewrite, same_figures
from orchestration.maintenance.erasure_preview import Agree, preview
from orchestration.maintenance.rewrite import pseudonyms
from orchestration.quality import review_log
from orchestration.store.errors import TweError
from orchestration.store.lock import single_writer
from orchestration.store.settings import Settings, ensure_writable
from orchestration.store.sql import literal, quote, read_parquet
from orchestration.store.swap import exchange, finish

MOST_NAMED = 10


class InszError(TweError):
    """What was given is no INSZ; the message does not repeat it."""


@dataclass
class Erasure:
    """What an erasure changed: rows of the lake, quarantined rows that were emptied, files of the lake, and rows of
    marts that were compared (`proved`). `numbers`: the numbers under which the person was known, by the changes that
    were delivered. `in_inbox`: files in the inbox that still hold the person; `removed`: those that were removed."""

    numbers: int = 1
    rows: int = 0
    quarantined: int = 0
    files: int = 0
    proved: int = 0
    in_inbox: list[str] = field(default_factory=list)
    never_loaded: list[str] = field(default_factory=list)
    """Those of `in_inbox` that were rejected or not loaded; removing them is for a person to decide."""
    removed: list[str] = field(default_factory=list)
    unsearchable: dict[str, list[int]] = field(default_factory=dict)
    """File name -> quarantined rows in which some number is masked that nothing tells any more."""

    @property
    def text(self) -> str:
        """What was erased, and what is still to do by hand."""
        lines = ["No row of this person was found in lake or quarantine."]
        if self.rows or self.quarantined:
            lines = [
                *([f"The person was known under {self.numbers} numbers."] if self.numbers > 1 else []),
                f"Erased: {self.rows:,} rows of {self.files} files cannot be led back to the person, "
                f"{self.quarantined:,} rows in quarantine were emptied. "
                f"All {self.proved:,} rows of the marts are the same.",
                "The sender must erase the person too: what is delivered again is loaded again. So must your backups.",
            ]
        lines += [f"  removed from the inbox   {name}" for name in self.removed]
        for name in self.in_inbox:
            todo = "take it out of the inbox, or use --remove-files"
            if name in self.never_loaded:
                todo = "it was not loaded; remove it from the inbox by hand"
            lines.append(f"  STILL HOLDS THE PERSON   {name}: {todo}")
        for name, rows in self.unsearchable.items():
            more = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
            lines.append(
                f"  MAY HOLD THE PERSON      {name}, quarantined row {', '.join(map(str, rows[:MOST_NAMED]))}{more}: a "
                "masked number in it can't be searched; put the original file back in the inbox and erase again"
            )
        return "\n".join(lines)


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
    join two people.

    Raises what `agree` raises, `InszError`, `SettingsError`, `BusyError` and `FiguresDifferError`; the data folder is
    then as it was.
    """
    digits = digits_of(insz)
    data = settings.folder
    ensure_writable(data)
    with single_writer(data.lock):
        finish(data)
        workspace = Workspace(settings)
        if workspace.entries():
            workspace.prepare_lake()
        done = Erasure()
        person = _keys_of(data.lake, client_key(digits, workspace.key)) if workspace.entries() else set()
        done.numbers = max(len(person), 1)
        ids = _identifiers(data.lake, list(workspace.contracts.values()), person) if person else {}
        if len(person) > 1:
            keys = {column: person for contract in workspace.contracts.values() for column in pseudonyms(contract)}
            agree(preview(workspace, len(person), ids | keys))
        held = _files_with(workspace, digits, person, ids)
        if person:
            _replace(workspace, person, ids, held, done)
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
) -> dict[Delivery, list[int]]:
    """The deliveries in the inbox that hold an INSZ or an identifier of the person's -> the numbers of those rows."""
    everything, contracts = _in_inbox(workspace), workspace.contracts
    numbers = {digits}
    if len(person) > 1:  # the other numbers are known by their pseudonyms alone
        numbers.update(
            *(originals.numbers_of(contracts[d.source], d, person, workspace.key, workspace.limits) for d in everything)
        )
    found = {d: originals.rows_of(contracts[d.source], d, numbers, ids, workspace.limits) for d in everything}
    return {delivery: rows for delivery, rows in found.items() if rows}


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
    with exchange(data) as after:
        for contract in contracts:
            files, rows = rewrite.rewrite_rows(data.lake, after.lake, contract, replacements)
            done.files, done.rows = done.files + files, done.rows + rows
            emptied = rewrite.rewrite_quarantine(
                data.quarantine, after.quarantine, contract, ids | keys | marks, numbers
            )
            done.quarantined += emptied
            for delivery, rows_left in rewrite.unsearchable(after.quarantine, contract, searched).items():
                done.unsearchable[names[delivery]] = rows_left
        rewrite.rewrite_findings(data.warehouse_findings, after.warehouse_findings, replacements)
        shutil.copytree(data.ledger.parent, after.ledger.parent)
        if data.reviews.exists():  # a steward's note about a row may contain something about the person
            held_rows = {(names[delivery], row) for delivery, rows in numbers.items() for row in rows}
            in_lake = (rewrite.rows_with(data.lake, contract, replacements) for contract in contracts)
            review_log.forget(after, held_rows.union(*in_lake))
        if done.rows or done.quarantined:
            _note(after.erasures, done)
        if done.rows:
            done.proved = same_figures.prove(workspace, after)
        rewrite.record(data, after, "erased")
    if done.rows:
        data.warehouse.unlink(missing_ok=True)  # it holds the former pseudonyms; a run makes it again


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
