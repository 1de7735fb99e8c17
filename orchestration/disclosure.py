"""Disclosure control of everything that one publication gives out: made once, kept, and asked by every export.

All annexes of all questions that rest on a publication are controlled together, whatever a run was asked to write:
any part of them can then be handed out beside any other. What was released before, from other publications or under
other rules, is known to everybody and counts as such (`orchestration.releases`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from exports.questions import load_questions
from orchestration import releases
from orchestration.paths import QUESTIONS, DataFolder
from orchestration.publication import Publication

KEPT = 20
"""Controls kept: the newest ones."""
POLICY = Path(__file__).resolve().parent.parent / "exports" / "disclosure" / "policy.yml"


@dataclass(frozen=True)
class Kept:
    """A control on disk. `stamp` is the digest of all that decides it."""

    stamp: str
    folder: Path

    @property
    def pattern(self) -> Path:
        return self.folder / "pattern.json.gz"

    @property
    def summary_file(self) -> Path:
        return self.folder / "summary.json"

    @property
    def exists(self) -> bool:
        return self.pattern.exists() and self.summary_file.exists()

    @property
    def summary(self) -> Summary:
        return Summary(**json.loads(self.summary_file.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Summary:
    """What people are told of a control: whether public editions may be made, and in words why (Dutch)."""

    passed: bool
    policy: tuple[str, ...] | list[str]
    audit: tuple[str, ...] | list[str]
    figures: int
    hidden: int
    seconds: float = 0.0


def kept(data: DataFolder, publication: Publication, years: str | None = None) -> Kept:
    """Where the control of a publication is, or would be. `years` as asked of a run, beside those of the questions.

    A release that was made under this very control changes nothing in it, so that answers stand as they are after
    they were released.
    """
    told = [publication.inputs, hashlib.sha256(POLICY.read_bytes()).hexdigest(), years]
    told += [f"{question.id} {question.source_sha256}" for question in load_questions(QUESTIONS).values()]
    register = [group[0] for group in releases.groups(releases.read(data))]
    for known in range(len(register) + 1):
        before = [f"{line.folder} {line.sha256}" for line in register[:known]]
        stamp = hashlib.sha256(json.dumps([told, before]).encode()).hexdigest()[:16]
        if all(line.control == stamp for line in register[known:]):
            break
    return Kept(stamp, data.disclosure / stamp)


def ensure(data: DataFolder, publication: Publication, years: str | None = None) -> Kept:
    """The control of a publication, made when it is not there yet. Raises PolicyError, PublicationError."""
    found = kept(data, publication, years)
    if not found.exists:
        _make(data, publication, years, found)
        _prune(data)
    return found
