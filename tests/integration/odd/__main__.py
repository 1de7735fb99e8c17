"""Thousands of odd files through the door, every one judged; exit code 1 when one was not read right, or refused well.

>>> python -m tests.integration.odd --files 10000 --seed 1
>>> python -m tests.integration.odd --seed 1 --batch 17
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from .judge import BATCH, Judged, judge_alone


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
    with ProcessPoolExecutor(given.processes, max_tasks_per_child=10) as pool:
        running = {pool.submit(judge_alone, given.seed, number, not given.light): number for number in numbers}
        for future in as_completed(running):
            number = running[future]
            try:
                judged = future.result()
            except BrokenProcessPool:
                judged = Judged(["the process was killed; this batch, or one that ran beside it"])
            except Exception as error:
                judged = Judged([f"everything stopped: {type(error).__name__}: {str(error)[:300]}"])
            judged.faults = [f"batch {number}: {line}" for line in judged.faults]
            for line in judged.faults:
                print(line, flush=True)
            done.append(judged)
    return told(done, time.monotonic() - start)


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
