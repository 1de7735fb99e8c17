"""The packages of the locks, with what their own metadata say of them where they are installed."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

PROJECT = Path(__file__).parents[2]
LOCKS = (PROJECT / "requirements.lock", PROJECT / "requirements-spark.lock")
"""What every installation has, and what Spark takes on top."""
_PIN = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# Pinned for a system that this is not, or for Spark, so that no metadata can be asked where they are not installed.
ELSEWHERE = {
    "dbt-spark": "Apache-2.0",
    "psutil": "BSD-3-Clause",
    "py4j": "BSD-3-Clause",
    "pyreadline3": "BSD-3-Clause",
    "pyspark": "Apache-2.0",
    "pywin32": "PSF-2.0",
    "sqlparams": "MIT",
}


@dataclass(frozen=True)
class LockedPackage:
    """One pinned version; `marker` says on which Python or system it holds, `wanted_by` what brings it along."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]

    @property
    def url(self) -> str:
        """Package URL, the name that tools know it by."""
        return f"pkg:pypi/{self.name.lower().replace('_', '-')}@{self.version}"

    @property
    def licence(self) -> str:
        """An SPDX expression or the words of the package; "" when nothing says it."""
        try:
            said = metadata(self.name)
        except PackageNotFoundError:
            return ELSEWHERE.get(self.name, "")
        classifiers = (c.rpartition(" :: ")[2] for c in said.get_all("Classifier", []) if c.startswith("License ::"))
        words = "; ".join(sorted(c for c in classifiers if c != "OSI Approved"))
        return said.get("License-Expression") or words or (said.get("License") or "").partition("\n")[0]


def pinned() -> list[LockedPackage]:
    """The packages that the locks pin."""
    return [package for lock in LOCKS for package in locked(lock.read_text(encoding="utf-8"))]


def locked(text: str) -> Iterator[LockedPackage]:
    """The packages that a lock pins, in its order."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        if pin := _PIN.match(entry):
            comments = [line.strip().removeprefix("#").strip() for line in entry.splitlines() if "#" in line]
            via = [re.sub(r"^via\b", "", line).strip() for line in comments]
            marker = (pin["marker"] or "").strip()
            yield LockedPackage(
                pin["name"], pin["version"], marker, tuple(_HASH.findall(entry)), tuple(filter(None, via))
            )


def direct() -> dict[str, str]:
    """Package that the project asks for itself -> the extra that it comes with, "" for all."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {"": project["dependencies"], **project["optional-dependencies"]}
    return {re.split(r"[=<>!~\[ ;]", one)[0]: extra for extra, names in wanted.items() for one in names}
