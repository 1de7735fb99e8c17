"""One change of a text file, by what it is known when the lines around it move, and which may live.

accepted.yml holds those that may live with the reason, such as that nobody could see a difference.
"""

from dataclasses import dataclass
from pathlib import Path

import yaml

PROJECT = Path(__file__).resolve().parents[2]
ACCEPTED = Path(__file__).with_name("accepted.yml")


@dataclass(frozen=True)
class Mutant:
    """In `file`, the characters `start`..`end` become `new`."""

    file: str
    start: int
    end: int
    new: str
    kind: str
    """What was changed, such as `comparison` or `condition dropped`."""

    def text(self, old: str) -> str:
        """The whole file with the change."""
        return old[: self.start] + self.new + old[self.end :]

    def lines(self, old: str) -> tuple[str, str]:
        """The changed lines before and after, on one line each: what a mutant is known by."""
        first = old.rfind("\n", 0, self.start) + 1
        last = old.find("\n", max(self.start, self.end - 1))
        last = len(old) if last < 0 else last
        before, after = old[first:last], old[first : self.start] + self.new + old[self.end : last]
        return " ".join(before.split()), " ".join(after.split())

    @property
    def key(self) -> tuple[str, str, str]:
        """Known by its lines and not by their number, it stands when other lines change."""
        return (self.file, *self.lines(source(self.file)))

    def line(self, old: str) -> int:
        return old.count("\n", 0, self.start) + 1


def source(file: str) -> str:
    """The text of a file of the project."""
    return (PROJECT / file).read_text(encoding="utf-8")


def accepted(path: Path = ACCEPTED) -> dict[tuple[str, str, str], str]:
    """(file, lines before, lines after) -> why that is no gap in the tests."""
    found = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    return {
        (each["file"], each["was"], each["is"]): reason["because"] for reason in found for each in reason["mutants"]
    }
