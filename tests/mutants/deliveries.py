"""The data folders over which mutants are judged: those of `tests/integration/test_against_oracle.py`."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.ingest.load import load_source, reject_clashes
from orchestration.ingest.validation import by_routing
from orchestration.ingest.workspace import Workspace
from orchestration.quality.senders import rows_by_ocmw
from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse.run_dates import resolve, write_run_settings
from tests.hostile import write_inbox
from tests.oracle import Ledger, deliver
from tests.support.deliveries import KEY

DAYS = {
    "1": ((None, None), (dt.date(2023, 6, 30), None), (dt.date(2025, 12, 31), dt.date(2018, 12, 31))),
    "3": ((None, None), (dt.date(2021, 3, 31), dt.date(2024, 1, 1))),
    "3 and 4": ((None, None),),
}
LATER = {"first": dt.date(2026, 3, 1), "last": dt.date(2026, 8, 31), "deliveries": 14}


@dataclass(frozen=True)
class Stand:
    """A data folder as a run with these dates would compute from."""

    name: str
    data: DataFolder
    ledger: Ledger
    as_of: dt.date | None
    geography_date: dt.date | None

    def settle(self, folder: Path) -> Path:
        """Writes the dates and the counts per OCMW of this stand into a folder that shares the lake and ledger."""
        made = DataFolder(folder)
        made.work.mkdir(parents=True)
        for name in ("lake", "quarantine", "ledger"):
            (folder / name).symlink_to(self.data.root / name)
        entries = Workspace(Settings(data=self.data.root)).entries()  # type: ignore[arg-type]
        dates = resolve(entries, self.as_of, self.geography_date)
        write_run_settings(made.run_settings, dates)
        rows_by_ocmw.write(made, made.rows_by_ocmw, dates.as_of, dates.geography_date)
        return folder


def load(data: Path, inbox: Path) -> DataFolder:
    """Takes an inbox through the door, without Great Expectations."""
    workspace = Workspace(Settings(data=data, inbox=inbox, pseudonym_key=KEY.decode()))  # type: ignore[arg-type]
    workspace.prepare()
    for name, contract in workspace.contracts.items():
        clashes = [d for d in workspace.inbox.clashes if d.source == name]
        reject_clashes(workspace.data, clashes, {name: contract.version}, "run")
        new = [d for d in workspace.inbox.new if d.source == name]
        load_source(workspace.data, contract, new, KEY, "run", by_routing)
    return workspace.data


def stands(folder: Path) -> Iterator[Stand]:
    """Writes the inboxes, loads them, and asks the oracle what is in them."""
    one = write_inbox(folder / "inbox 1", seed=1)
    three = write_inbox(folder / "inbox 3", seed=3)
    four = write_inbox(folder / "inbox 4", seed=4, after=three, **LATER)
    for name, inboxes in (("1", [one]), ("3", [three]), ("3 and 4", [three, four])):
        ledger = None
        for inbox in inboxes:
            ledger = deliver(inbox.paths, KEY, ledger)
            data = load(folder / f"data {name}", inbox.folder)
        assert ledger
        yield from (Stand(name, data, ledger, *dates) for dates in DAYS[name])
