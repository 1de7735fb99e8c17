"""Known vulnerabilities of the pinned packages, by pip-audit, which is no dependency of the project.

pip-audit says "No known vulnerabilities found" of packages that it could not look up as well. What was not looked up
is not checked, and that is what this says.
"""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

NOT_CHECKED = 3


@dataclass(frozen=True)
class Audit:
    """`why` says why nothing could be checked; else the outcome by package."""

    checked: int = 0
    vulnerable: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    why: str = ""

    @property
    def exit_code(self) -> int:
        """0: nothing known of any package; 1: something is; 3: not (all) checked."""
        if self.vulnerable:
            return 1
        return NOT_CHECKED if self.why or self.skipped or not self.checked else 0

    @property
    def text(self) -> str:
        """The outcome in lines."""
        if self.why:
            return f"NOT CHECKED: {self.why}"
        lines = [f"VULNERABLE: {one}" for one in self.vulnerable]
        if self.skipped:
            lines.append(f"NOT CHECKED: {len(self.skipped)} packages could not be looked up, such as {self.skipped[0]}")
        return "\n".join([*lines, f"{self.checked} packages checked, {len(self.vulnerable)} known vulnerabilities"])


def audit(locks: Iterable[Path], tool: str = "pip-audit") -> Audit:
    """Ask pip-audit about every package of the locks."""
    files = [part for lock in locks for part in ("--requirement", str(lock))]
    command = [tool, *files, "--disable-pip", "--require-hashes", "--format", "json"]
    try:
        ended = subprocess.run(
            [*command, "--progress-spinner", "off"], capture_output=True, text=True, check=False, timeout=600
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        if isinstance(error, subprocess.TimeoutExpired):
            return Audit(why=f"{tool} did not end")
        return Audit(why=f"{tool} is not installed; put it in an environment of its own and name it: PIP_AUDIT=PATH")
    try:
        found = json.loads(ended.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return Audit(why=f"{tool} ended with {ended.returncode}: {last[:200]}")
    looked_up = [one for one in found if "skip_reason" not in one]
    vulnerable = [
        f"{one['name']} {one['version']}: {each['id']}, mended in {', '.join(each['fix_versions']) or 'no version yet'}"
        for one in looked_up
        for each in one["vulns"]
    ]
    skipped = [one["name"] for one in found if "skip_reason" in one]
    return Audit(len(looked_up), tuple(vulnerable), tuple(skipped))
