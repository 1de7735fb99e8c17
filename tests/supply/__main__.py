"""`python -m tests.supply sbom FILE`, `licences`, or `audit [PIP_AUDIT]`; see docs/reliability.md."""

import sys
from pathlib import Path

from tests.supply.bill import bill
from tests.supply.licences import refused
from tests.supply.packages import LOCKS, pinned
from tests.supply.vulnerabilities import audit


def main(arguments: list[str]) -> int:
    """Runs one of the three; returns the exit code."""
    packages = pinned()
    match arguments:
        case ["sbom", name]:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(bill(packages), encoding="utf-8")
            print(f"{name}: {len(packages)} packages")
            return 0
        case ["licences"]:
            wrong = refused(packages)
            print("\n".join([*wrong, f"{len(packages)} packages, {len(wrong)} with a licence that is not allowed"]))
            return 1 if wrong else 0
        case ["audit", *tool]:
            outcome = audit(LOCKS, *tool)
            print(outcome.text)
            return outcome.exit_code
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
