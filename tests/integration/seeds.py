"""The whole pipeline against the oracle on seeds of your own: `python -m tests.integration.seeds SEED [SEED ...]`.

Per seed a hostile inbox is loaded, and one that follows it; the door and every published figure are compared after
each, at the default dates, at an older stand and under older municipalities. Exit code 1: something differs.
"""

import argparse
import datetime as dt
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from orchestration import runner
from orchestration.runner import RunRequest
from orchestration.store.settings import Settings
from tests.hostile import write_inbox
from tests.oracle import deliver, marts
from tests.support.compare import assert_door_equals, assert_publication_equals
from tests.support.deliveries import KEY

QUESTION = ("twe-2018",)
DATES = (None, None), (dt.date(2023, 6, 30), None), (dt.date(2025, 12, 31), dt.date(2018, 12, 31))
LATER = {"first": dt.date(2026, 3, 1), "last": dt.date(2026, 8, 31)}


def difference(compare: Callable[..., None], *what: Any) -> str:
    try:
        compare(*what)
    except AssertionError as error:
        return str(error)
    return ""


def judge(folder: Path, seed: int, options: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(what was compared, how it differs or nothing)"""
    first = write_inbox(folder / "first", seed=seed, **options)
    second = write_inbox(folder / "second", seed=seed + 1, after=first, **(options | LATER))
    ledger = None
    for inbox in (first, second):
        settings = Settings(data=folder / "data", inbox=inbox.folder, pseudonym_key=KEY.decode())  # type: ignore[arg-type]
        ledger = deliver(inbox.paths, KEY, ledger)
        for as_of, geography in DATES:
            what = f"{inbox.folder.name} inbox, stand {as_of or 'newest'}, geography {geography or 'of the stand'}"
            report = runner.run(settings, RunRequest(QUESTION, as_of, geography))
            if report.problems:
                yield what, "\n".join(map(str, report.problems))
                continue
            expected = marts(ledger, as_of, geography)
            yield what, difference(assert_publication_equals, report.publications[0].path, expected)
        yield f"{inbox.folder.name} inbox, door", difference(assert_door_equals, settings.folder.root, ledger)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.integration.seeds", description=__doc__)
    parser.add_argument("seeds", nargs="+", type=int)
    parser.add_argument("--deliveries", type=int, default=44, help="per inbox")
    parser.add_argument("--rows", nargs=2, type=int, default=(20, 80), metavar=("LOW", "HIGH"), help="per delivery")
    parser.add_argument("--folder", type=Path, help="keep inboxes and data here")
    given = parser.parse_args(arguments)
    options = {"deliveries": given.deliveries, "rows": tuple(given.rows)}
    is_same = True
    for seed in given.seeds:
        with tempfile.TemporaryDirectory() as scratch:
            for what, how in judge((given.folder or Path(scratch)) / str(seed), seed, options):
                is_same &= not how
                print(f"seed {seed}, {what}: {how or 'the same'}", flush=True)
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
