"""Attack published folders together: `python -m tests.adversary FOLDER [FOLDER ...] [--sample N] [--blind | --shares]`.

Every CSV package and figure book under the folders is read. What is confidential among it is used for judging alone:
which hidden figures are small, and whether a figure found is right. With `--blind` not even for that: every hidden
figure is bounded. Exit code 1: something hidden can be told. `--shares` counts instead how much is hidden."""

import argparse
import sys
from collections import Counter
from pathlib import Path

from tests.adversary.atoms import Release
from tests.adversary.book import full, pages, read_book
from tests.adversary.equations import rows_of, systems
from tests.adversary.meaning import POLICY, meaning
from tests.adversary.reading import Publication, confidential, packages, read, small
from tests.adversary.shares import shares
from tests.adversary.solving import Bound, attack
from tests.adversary.truth import Truth


def judge(truth: Truth, bounds: list[Bound], by: str) -> list[str]:
    """One line per figure found, the worst first."""
    lines = []
    for bound in sorted(bounds, key=lambda bound: (bound.high - bound.low, bound.cell)):
        true = truth.of(bound.cell)
        verdict = "DETERMINED" if bound.low == bound.high else "CONFINED"
        wrong = "" if true is None or bound.low <= true <= bound.high else " (WRONG)"
        room = "" if bound.room else " (its total leaves no room)"
        lines.append(f"{verdict} {bound.cell.named}: {bound.low}..{bound.high}, truly {true}{wrong}{room}, by {by}")
    return lines


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.adversary", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--sample", type=int, default=10**9, help="figures solved one by one per component, at most")
    parser.add_argument("--seconds", type=float, default=10, help="for one program")
    parser.add_argument("--blind", action="store_true", help="bound every hidden figure, do not judge")
    parser.add_argument("--policy", type=Path, default=POLICY, help="with the classes of categories")
    parser.add_argument("--shares", action="store_true", help="no attack: how much of the figures is hidden")
    options = parser.parse_args(arguments)
    found = [package for folder in options.folders for package in packages(folder)]
    if options.shares:
        print("\n".join(shares(found)))
        return 0
    books = [page for folder in options.folders for page in pages(folder)]
    pub = read(found)
    complete = Publication() if options.blind else read([p for p in map(confidential, found) if p.exists()])
    for page in books:
        read_book(pub, page)
        if not options.blind and full(page).exists():
            read_book(complete, full(page))
    meanings = {cell.measure: meaning(cell.measure, options.policy) for cell in (*pub.values, *complete.values)}
    truth = Truth(complete, meanings)
    hidden = [cell for cell, value in pub.values.items() if value is None]
    targets = [c for c in hidden if options.blind or ((true := truth.of(c)) is not None and small(c.measure, true))]
    shown_small = [c for c, v in pub.values.items() if v is not None and small(c.measure, v)]
    not_zero = sum(value != 0 for value in pub.values.values())
    print(f"{len(found)} packages and {len(books)} figure books, {len(pub.values)} figures, ", end="")
    print(f"{len(hidden)} of {not_zero} not 0 hidden, ", end="")
    print(f"{len(targets)} aimed at", flush=True)
    releases = {release: Release(pub, release, meanings) for release in sorted({cell.release for cell in pub.values})}
    rows = rows_of(list(releases.values()))
    aimed = {cell: releases[cell.release].sum(*cell[1:]) or [] for cell in targets}
    lines = [f"SHOWN SMALL {tuple(cell)}: {pub.values[cell]}" for cell in shown_small]
    lines += [f"CONFLICT {line}" for line in pub.conflicts] + [f"DERIVED {line}" for line in pub.derived]
    print("".join(f"{line}\n" for line in lines), end="")
    for by, known in systems(rows):
        made = attack(known, aimed, options.seconds, options.sample)
        print(
            f"{by}: tried {made.tried} of {made.within_reach}, confined {len(made.found)}, "
            f"contradictions {made.contradictions}"
        )
        told = judge(truth, made.found, by)
        print("".join(f"{line}\n" for line in told), end="", flush=True)  # the next may take long
        lines += told
        aimed = {cell: atoms for cell, atoms in aimed.items() if cell not in {bound.cell for bound in made.found}}
    print(dict(Counter(line.split()[0] for line in lines)))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
