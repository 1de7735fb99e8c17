"""`python -m tests.reliability --moments 300 --seed 1`: kills, and a line for each; see tests/reliability/kills.py."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from tests.reliability.kills import Kills, Outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    parser.add_argument("--moments", type=int, default=300, help="random moments (300)")
    parser.add_argument("--seed", type=int, default=1, help="of the deliveries and the moments (1)")
    parser.add_argument("--steps", action="store_true", help="also, and first, every named step")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="twe-kills-") as folder:
        kills = Kills(Path(folder), asked.seed)
        for state in kills.states:
            print(
                f"{state.name}: {state.seconds:.1f} s of CPU, {len(state.steps)} steps, {state.operations} operations"
            )
        steps: Iterator[Outcome] = kills.named() if asked.steps else iter(())
        outcomes = [tell(outcome) for outcome in chain(steps, kills.random(asked.moments))]
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    kills, looks = sum(outcome.kills for outcome in outcomes), sum(outcome.looks for outcome in outcomes)
    print(
        f"{kills} kills in {len(outcomes)} attempts, {len(wrong)} with something wrong; "
        f"publications were read {looks:,} times meanwhile"
    )
    return 1 if wrong else 0


def tell(outcome: Outcome) -> Outcome:
    word = "WRONG" if outcome.wrong else "same"
    print(f"{word}: {outcome.state}, killed {outcome.killed}", *outcome.wrong[:20], sep="\n    ", flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
