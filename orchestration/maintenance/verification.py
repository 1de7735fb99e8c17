"""Whether a data folder is as it was written: every file and every row of the ledger against the chain."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.ingest import ledger
from orchestration.ingest.storage import NO_ROWS
from orchestration.store import chain
from orchestration.store.chain import Recorded
from orchestration.store.errors import TweError
from orchestration.store.files import digest
from orchestration.store.lock import single_writer
from orchestration.store.paths import DataFolder
from orchestration.store.sql import read_parquet
from orchestration.store.wording import counted


class NoChainError(TweError):
    """There is nothing to hold the data folder against."""


@dataclass(frozen=True)
class FolderVerification:
    """`faults`: a line for each thing that is not as it was written."""

    lines: int
    head: str
    files: int
    rows: int
    cut_short: int
    faults: tuple[str, ...]

    @property
    def text(self) -> str:
        """The outcome in lines, the head of the chain last."""
        about = f"{counted(self.rows, 'row')} of the ledger and {counted(self.files, 'file')} against the chain"
        lines = [*self.faults, f"{counted(len(self.faults), 'fault')}: {about}"]
        if not self.faults:
            lines = [f"As it was written: {about}"]
        if self.cut_short:
            lines.append(f"{counted(self.cut_short, 'row')} announced by runs that were killed, and never written")
        return "\n".join([*lines, f"{self.lines} lines, head {self.head}"])


def check(data: DataFolder, head: str | None = None) -> FolderVerification:
    """Compare a data folder with its chain, and the chain with a `head` that was noted before.

    Raises `BusyError` during a run, and `NoChainError`.
    """
    if not data.ledger.parent.is_dir():
        raise NoChainError(f"nothing has been loaded in {data.root}")
    with single_writer(data.lock):
        known = chain.read(data.root)
        if known is None:
            raise NoChainError(
                f"{chain.FILE} is missing in {data.root}: it is a data folder of before there was a chain, which the "
                "next `twe run` begins, or somebody removed it"
            )
        faults = [*_of_chain(known, head), *_of_ledger(data, known), *_of_files(data, known)]
        return FolderVerification(
            known.lines, known.head, len(known.files), len(known.rows), known.cut_short, tuple(faults)
        )


def _of_chain(known: Recorded, head: str | None) -> Iterator[str]:
    if known.broken is not None:
        yield f"{chain.FILE}: line {known.broken} was changed, or the one before it was changed or removed"
    if head is not None and head not in known.heads:
        yield f"{chain.FILE}: the head that was noted is not in it: it was made anew, or cut off"


def _of_ledger(data: DataFolder, known: Recorded) -> Iterator[str]:
    place = data.ledger.relative_to(data.root)
    try:
        found = [ledger.named(entry) for entry in ledger.in_order(data.ledger)]
    except duckdb.Error:  # its message may quote values
        yield f"{place}: can't be read"
        return
    expected, present = Counter(known.rows), Counter(found)
    lacking, extra = expected - present, present - expected
    changed = {name for name, _ in lacking} & {name for name, _ in extra}
    newest = set(known.newest)
    for name, row in lacking:
        if name in changed:
            yield f"{place}: the row of {name} was changed"
        elif newest and not newest & present.keys() and (name, row) in newest:
            yield f"{place}: the row of {name} is missing: a run was killed (the next one loads it), or it was removed"
        else:
            yield f"{place}: the row of {name} was removed"
    for name, _ in extra:
        if name not in changed:
            yield f"{place}: the row of {name} was added"
    if not lacking and not extra and found != known.rows:
        yield f"{place}: the rows are in another order"


def _of_files(data: DataFolder, known: Recorded) -> Iterator[str]:
    present = chain.covered(data.root)
    for place, sha256 in known.files.items():
        if place not in present:
            yield f"{place}: is missing"
        elif digest(present[place]) != sha256:
            yield f"{place}: is not as it was written"
    for place, path in present.items():
        if place not in known.files and not _has_no_rows(path):
            yield f"{place}: is not in the chain: a killed run left it, or somebody added it"


def _has_no_rows(path: Path) -> bool:
    """Whether it is the table without rows that every source has in the lake."""
    if path.name != NO_ROWS:
        return False
    with duckdb.connect() as con:
        try:
            return con.execute(f"select count(*) from {read_parquet(path)}").fetchall() == [(0,)]
        except duckdb.Error:
            return False
