"""Builds and publishes what is loaded in the data folder of `TWE_DATA` with the engine of `TWE_ENGINE`, and says what
it cost: `python -m tests.spark.build`. Without annexes, which are made of the publication whatever the engine."""

import resource
import sys
import time

from orchestration import runner
from orchestration.runner import RunRequest
from orchestration.store.files import keep_private
from orchestration.store.settings import load_settings

GIB = 1024**2
"""What the kernel counts memory in, to what is shown."""


def main() -> int:
    keep_private()
    settings, begun = load_settings(), time.monotonic()
    report = runner.run(settings, RunRequest(annexes=False))
    wall = time.monotonic() - begun
    for problem in report.problems:
        print(problem, file=sys.stderr)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in used)
    python, child = (each.ru_maxrss / GIB for each in used)
    print(f"{settings.engine}: {wall:.0f} s, {cpu:.0f} CPU s, {python:.1f} GiB, largest child {child:.1f} GiB")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
