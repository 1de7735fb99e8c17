"""Thousands of odd files through the door, every one judged; exit code 1 when one was not read right, or refused well.

>>> python -m tests.integration.odd --files 10000 --seed 1
>>> python -m tests.integration.odd --seed 1 --batch 17
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from .judge import BATCH, Judged, judge_alone

PER_PROCESS = 10
"""Batches that a process judges before another takes its place."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, help="this batch alone, in this process")
    parser.add_argument("--light", action="store_true", help="without the kinds that take hundreds of megabytes")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args()
    if given.batch is not None:
        judged = judge_alone(given.seed, given.batch, not given.light)
        return told([judged], 0)
    start, done = time.monotonic(), []
    numbers = range(-(-given.files // BATCH))
    size = given.processes * PER_PROCESS
    for first in range(0, len(numbers), size):
        # New processes from time to time, since some kinds leave memory behind; `max_tasks_per_child` would do so too,
        # and stops for ever on Python 3.11.
        with ProcessPoolExecutor(given.processes) as pool:
            running = {
                pool.submit(judge_alone, given.seed, n, not given.light): n for n in numbers[first : first + size]
            }
            for future in as_completed(running):
                done.append(outcome(future, running[future]))
        print(f"{sum(judged.files for judged in done):,} files, {time.monotonic() - start:,.0f} s", flush=True)
    return told(done, time.monotonic() - start)


def outcome(future: Future[Judged], number: int) -> Judged:
    """What was judged of a batch; its faults are printed at once."""
    try:
        judged = future.result()
    except BrokenProcessPool:
        judged = Judged(["the process was killed; this batch, or one that ran beside it"])
    except Exception as error:
        judged = Judged([f"everything stopped: {type(error).__name__}: {str(error)[:300]}"])
    judged.faults = [f"batch {number}: {line}" for line in judged.faults]
    for line in judged.faults:
        print(line, flush=True)
    return judged


def told(done: list[Judged], seconds: float) -> int:
    outcomes = sum((judged.outcomes for judged in done), Counter())
    faults = [line for judged in done for line in judged.faults]
    print("\n".join(faults[:200]) if seconds == 0 else "")
    print(f"{sum(judged.files for judged in done):,} files in {seconds:,.0f} s, at most", end=" ")
    print(f"{max(judged.memory for judged in done) / 1e6:,.0f} MB, {len(faults)} faults")
    print(", ".join(f"{what}: {count:,}" for what, count in sorted(outcomes.items())))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
