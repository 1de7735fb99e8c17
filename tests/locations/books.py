"""What Dagster's books say of runs: when a step of a pool ran, and whether two ever ran at once."""

from dataclasses import dataclass
from itertools import combinations

import dagster as dg

BEGIN = {dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_RESTARTED}
END = {
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.STEP_UP_FOR_RETRY,
    dg.DagsterEventType.RUN_FAILURE,
}


@dataclass(frozen=True)
class Held:
    """A step that held a place in a pool, and from when to when."""

    run: str
    step: str
    begin: float
    end: float

    def meets(self, other: "Held") -> bool:
        return self.begin < other.end and other.begin < self.end


def held(books: dg.DagsterInstance, run_id: str, pool: str) -> list[Held]:
    """Every time that a step of a run held a place in the pool. A step that was killed held it up to its last word."""
    run = books.get_run_by_id(run_id)
    assert run and run.execution_plan_snapshot_id
    plan = books.get_execution_plan_snapshot(run.execution_plan_snapshot_id)
    steps = {step.key for step in plan.steps if step.pool == pool}
    begun: dict[str, float] = {}
    last: dict[str, float] = {}
    found = []
    for log in books.all_logs(run_id):
        if log.step_key not in steps or not log.is_dagster_event:
            continue
        key, kind = log.step_key, log.get_dagster_event().event_type
        if kind in BEGIN:
            begun[key] = log.timestamp
        elif kind in END and key in begun:
            found.append(Held(run_id, key, begun.pop(key), log.timestamp))
        last[key] = log.timestamp
    return found + [Held(run_id, key, at, last[key]) for key, at in begun.items()]


def at_once(books: dg.DagsterInstance, runs: list[str], pool: str) -> list[tuple[Held, Held]]:
    """Pairs of steps that held a place at the same moment; none, when the pool has one."""
    every = [one for run in runs for one in held(books, run, pool)]
    assert every, "no step was in the pool"
    return [(one, other) for one, other in combinations(every, 2) if one.meets(other)]


def times(books: dg.DagsterInstance, run_id: str) -> tuple[float, float]:
    """Begin and end of a run."""
    record = books.get_run_record_by_id(run_id)
    assert record and record.start_time and record.end_time
    return record.start_time, record.end_time


def overlap(books: dg.DagsterInstance, one: str, other: str) -> bool:
    """Whether two runs were busy at the same moment."""
    (a, b), (c, d) = times(books, one), times(books, other)
    return a < d and c < b
