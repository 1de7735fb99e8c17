"""`kill -9` at moments drawn from a seed and at every named step, in a first run and in one that adds a delivery.

Each attempt begins from a fresh copy of a data folder, always at the same path, kills a run (or two or three in a
row), runs again, and holds what is there then against what a run leaves that nobody disturbed. A reader reads on
meanwhile.
"""

import shutil
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from orchestration.store import lock
from orchestration.store.paths import DataFolder
from tests.hostile import write_inbox
from tests.reliability.contents import Contents, contents, differences
from tests.reliability.reader import Reader
from tests.support.moments import AfterSeconds, FileOperation, Intervention, Moment, Notes
from tests.support.processes import Ended, Twe

TINY: dict[str, Any] = {"deliveries": 8, "rows": (4, 10), "clients": 25, "trajectories": 60, "broken": False}
"""Options of the made deliveries: every source once, some rows of each wrong. The time goes to the steps, not rows."""
LATER: dict[str, Any] = {
    "deliveries": 2,
    "first": date(2026, 3, 1),
    "last": date(2026, 5, 31),
    "sources": ("trajecten", "loontoelagen"),
}
EVENTS = "dagster:DagsterInstance.handle_new_event"
"""Called with every event of a run: that a step began, made something, ended."""
PATIENCE = 3600.0
"""Seconds; the nightly run takes what others leave of the machine."""
NAMED = {
    "before a lake file is put in place": Moment("orchestration.ingest.storage:_copy", 1),
    "between the lake and its ledger": Moment("orchestration.ingest.ledger:append", 1),
    "while the warehouse is built": Moment("dbt.adapters.duckdb.connections:DuckDBConnectionManager.execute", 40),
    "while the publication is copied": Moment("orchestration.warehouse.publication:_comment", 1),
    "while the publication is put in place": Moment("pathlib:Path.rename", 1),
    "before current moves": Moment("pathlib:Path.symlink_to", 1),
    "before the summary": Moment("orchestration.summary:run_text", 1),
    "before it notes that it reported": Moment("orchestration.ingest.reported:report", 1),
}


@dataclass
class State:
    """A folder to begin from, and what an undisturbed run of it takes and leaves."""

    name: str
    folder: Path
    command: tuple[str, ...]
    weight: int
    """How many of ten attempts begin from it."""
    wanted: Contents = field(default_factory=dict)
    code: int = 0
    seconds: float = 0.0
    """Of CPU: a busy machine changes the clock, not this."""
    operations: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    """Name of a step -> the number of the event that says that it did well."""


@dataclass
class Outcome:
    """What came of an attempt: the moments at which a run was killed (not those that came after its end), how often a
    publication was read meanwhile, and what was not as it must be."""

    state: str
    killed: list[str] = field(default_factory=list)
    looks: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return len(self.killed)


class Kills:
    """What there is to kill of one seed, in a folder of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder, self._rng, self._attempts = folder, Random(seed), 0
        self.data = DataFolder(folder / "data")
        self._twe = Twe(folder / "processes", self.data.root, patience=PATIENCE)
        first = State("first run", folder / "first", ("run",), weight=1)
        inbox = write_inbox(DataFolder(first.folder).inbox, seed, **TINY)
        self._measure(first)
        later = State("run that adds", folder / "later", ("run",), weight=3)
        one = State("run that adds, of one question", later.folder, ("run", "--question", "twe-2018"), weight=6)
        shutil.copytree(self.data.root, later.folder, symlinks=True)
        write_inbox(folder / "new", seed + 1, after=inbox, **LATER)
        shutil.copytree(folder / "new", DataFolder(later.folder).inbox, dirs_exist_ok=True)
        self._measure(later)
        self._measure(one)
        self.states = (first, later, one)

    def _begin(self, state: State) -> None:
        shutil.rmtree(self.data.root, ignore_errors=True)
        shutil.copytree(state.folder, self.data.root, symlinks=True)

    def _measure(self, state: State) -> None:
        """One run that nobody disturbs."""
        self._begin(state)
        ended = self._twe.noted(*state.command, notes=Notes(EVENTS, event_of, self.data.root))
        state.code, state.seconds = ended.code, ended.cpu_seconds
        state.wanted = contents(self.data)
        assert len(state.wanted) > 50, ended.said
        state.operations, events = Notes.read(ended.folder)
        done = ((step, number) for number, (kind, step) in enumerate(events, start=1) if kind == "STEP_SUCCESS")
        state.steps = dict(done)

    def random(self, moments: int) -> Iterator[Outcome]:
        """That many kills: of a run, and in half of the attempts also of the run after it, or the one after that."""
        killed = 0
        while killed < moments:
            (state,) = self._rng.choices(self.states, [state.weight for state in self.states])
            in_a_row = self._rng.choices((1, 2, 3), (2, 1, 1))[0]
            outcome = self.attempt(state, [self._moment(state) for _ in range(in_a_row)])
            killed += outcome.kills
            yield outcome

    def _moment(self, state: State) -> tuple[str, Intervention]:
        """After a part of the CPU time, or before an operation on a file of the data folder."""
        if self._rng.random() < 0.5:
            seconds = self._rng.uniform(0.0, state.seconds)
            return f"after {seconds:.2f} s of CPU", AfterSeconds(seconds)
        number = self._rng.randint(1, state.operations)
        return f"before file operation {number}", FileOperation(number, self.data.root)

    def named(self) -> Iterator[Outcome]:
        """At every step of Dagster, when it is done and not yet noted, and at each of `NAMED`."""
        for state in self.states[:2]:
            steps = {f"step {name}": Moment(EVENTS, number) for name, number in state.steps.items()}
            for named in (steps | NAMED).items():
                yield self.attempt(state, [named])

    def attempt(self, state: State, moments: Sequence[tuple[str, Intervention]]) -> Outcome:
        """Kills runs at their moments, one after the other, then runs without, and compares."""
        self._begin(state)
        self._attempts += 1
        reader = Reader(self._folder / "readers" / str(self._attempts), self.data)
        outcome = Outcome(state.name)
        for name, moment in (*moments, ("none", None)):
            ended = self._twe(*state.command, kill=moment)
            if ended.code == -signal.SIGKILL and moment:
                outcome.killed.append(name)
                if lock.is_held(self.data.lock):
                    outcome.wrong.append("the lock is still held")
            elif ended.code != state.code or ended.err:
                outcome.wrong.append(f"ended with {ended.code}: {_last_line(ended)}")
        verified = self._twe("verify")
        if verified.code != 0:
            outcome.wrong.append(f"twe verify: {_last_line(verified)}")
        outcome.looks, broken = reader.stop()
        outcome.wrong += [f"a reader met {what}" for what in broken]
        outcome.wrong += differences(state.wanted, contents(self.data))
        return outcome


def event_of(_: Any, entry: Any, *__: Any) -> tuple[str, str]:
    """What kind of event it is, and of which step; of a message that is none, nothing."""
    event = entry.dagster_event
    return (event.event_type_value, event.step_key or "") if event else ("", "")


def _last_line(ended: Ended) -> str:
    return (ended.said.strip().splitlines() or ["nothing said"])[-1]
