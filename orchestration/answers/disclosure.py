"""The disclosure control of a publication: made once, stored on disk, and used by every public edition.

All annexes of all questions and the figure book are controlled together, whatever a run was asked to write, so that any
of them may be handed out beside any other. Figures that were released before, from other publications or under other
rules, are public, and the control takes them as known.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from exports.disclosure.policy import kept_policy
from exports.figure_book import Definition, load_definition
from exports.questions.question import Question
from orchestration.answers import refusal, shown
from orchestration.answers.questions import Years, known
from orchestration.releases import register
from orchestration.releases.register import Release
from orchestration.store.files import replaced
from orchestration.store.paths import DISCLOSURE_POLICY, DataFolder
from orchestration.store.settings import Settings
from orchestration.warehouse import key_sums
from orchestration.warehouse.code_version import control_digest
from orchestration.warehouse.publication import Publication

if TYPE_CHECKING:
    from exports.disclosure.control import Control
    from exports.disclosure.outcome import Outcome
    from exports.disclosure.policy import Policy
    from exports.disclosure.scope import Scope
    from exports.figures.reading import PublicationReader

STORED = 20
"""How many controls stay on disk: the newest ones."""
RELEASED = "released"
"""Folder with a control for each release, of its own figures alone: which it showed and hid, with the true values."""


@dataclass(frozen=True)
class ControlSummary:
    """The outcome of a control for people: whether public editions may be made, with the rules that were applied
    (`policy`) and what the audit found (`audit`) as lines in Dutch."""

    passed: bool
    policy: list[str]
    audit: list[str]
    counts: int
    """How many published counts are not 0."""
    hidden: int
    """How many of those are hidden."""
    changed: int | None = None
    """How many of those are shown with another count, by cell keys; None where counts are hidden instead."""
    remarks: Sequence[str] = ()
    """What in the policy could not be applied as it is, in English, with what to do."""
    refused: str = ""
    """Why the audit failed, in English: which annexes, beside which releases, and what can be done."""
    documents: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Document, as in `shown.name_of` -> what the control decides for it alone: its digest, then lines in Dutch."""

    @property
    def done(self) -> str:
        """What was done with the counts, in English."""
        many, how = (self.hidden, "hidden") if self.changed is None else (self.changed, "changed by cell keys")
        return f"{many:,} of {self.counts:,} counts {how} ({100 * many / self.counts if self.counts else 0:.1f} %)"


@dataclass(frozen=True)
class StoredControl:
    """Where a control is stored; it may still have to be made (`exists`). `stamp` is the digest of all that decides
    it."""

    stamp: str
    folder: Path

    @property
    def pattern(self) -> Path:
        """The file with the control itself: the pattern of hidden figures."""
        return self.folder / "pattern.control.json.gz"

    @property
    def _summary(self) -> Path:
        return self.folder / "summary.json"

    @property
    def exists(self) -> bool:
        """Whether the control was made and written whole."""
        return self.pattern.exists() and self._summary.exists()

    @property
    def summary(self) -> ControlSummary:
        """Its outcome, read from disk."""
        return ControlSummary(**json.loads(self._summary.read_text(encoding="utf-8")))

    def outcome(self, document: str) -> tuple[str, Sequence[str]]:
        """What the control decides for one document: its digest, and lines in Dutch on the audit. The digest is that of
        the whole control when that doesn't know the document, or is still to be made."""
        digest, *audit = self.summary.documents.get(document, [self.stamp]) if self.exists else [self.stamp]
        return digest, audit

    def write(self, control: Control, refused: str = "", documents: Mapping[str, Outcome] | None = None) -> None:
        """Write the control, and last its summary: without a summary, left by a killed run, it does not exist."""
        from exports.disclosure.exceptions import remarks_not_applied
        from exports.disclosure.store import save
        from exports.disclosure.words import share_lines

        shares = control.release.tallies().values()
        summary = ControlSummary(
            control.passed,
            list(control.policy_lines),
            [
                *control.audit_lines,
                *(share_lines(control.levels, "alle vragen samen") if control.shown is None else ()),
            ],
            sum(cells for cells, _, _ in shares),
            sum(hidden for _, _, hidden in shares),
            control.changed,
            remarks_not_applied(control.release, control.policy),
            refused,
            {name: [outcome.digest, *outcome.audit] for name, outcome in (documents or {}).items()},
        )
        save(control, self.pattern)
        with replaced(self._summary) as temporary:
            temporary.write_text(json.dumps(asdict(summary), ensure_ascii=False, indent=1), encoding="utf-8")


def stored_control(settings: Settings, publication: Publication, years: Years = None) -> StoredControl:
    """Where the control of a publication is stored, or will be; `years` as given to `--years`, which are controlled
    beside those of the questions.

    A release that was made under this very control changes nothing in it, so annexes stay up to date after they were
    released. Years that all annexes have already need no control of their own.
    """
    questions = known(settings).values()
    if years and all(_within(question, years) for question in questions):
        years = None  # any part of what is controlled together is safe
    facts = [publication.figures, control_digest(), _policy_digest(), years]
    sums = key_sums.of(settings.folder, publication.path)
    if sums.exists and policy().changes_by:  # other people behind the same figures are shown other counts
        facts.append(sums.digest)
    facts += [f"{item.id} {item.source_sha256}" for item in (*questions, load_definition())]
    data = settings.folder
    releases = _releases(data)
    stamp = ""
    for count in range(len(releases) + 1):
        before = [f"{line.folder} {line.sha256}" for line in releases[:count]]
        stamp = hashlib.sha256(json.dumps([facts, before]).encode()).hexdigest()[:16]
        if all(line.control == stamp for line in releases[count:]):
            break
    return StoredControl(stamp, data.disclosure / stamp)


def ensure(settings: Settings, publication: Publication, years: Years = None) -> StoredControl:
    """The control of a publication, made when it does not exist yet.

    Raises PolicyError, PublicationError, and RegisterError when the record of a release is gone.
    """
    data, found = settings.folder, stored_control(settings, publication, years)
    if not found.exists:
        from exports.disclosure.control import control_scope
        from exports.disclosure.kept import KeptParts
        from exports.disclosure.outcome import outcomes
        from exports.figures.reading import PublicationReader as Reader

        rules, made_by = policy(), f"{control_digest()} {_policy_digest()}"
        scopes = shown.scopes(data.shown, publication, list(known(settings).values()), years, rules, made_by)
        usual, own = None, stored_control(settings, publication)
        if own != found:  # both may be handed out, so this one keeps to what the control without --years shows
            usual = load(ensure(settings, publication))
        # A release under the control without --years shows nothing that `usual` does not show.
        lines = [line for line in _releases(data) if line.control not in (found.stamp, own.stamp)]
        before = [_released(data, line) for line in lines]
        earlier = [item.release for item in before if item.policy.way == rules.way]
        kept = KeptParts(data.solved_parts, made_by)
        with Reader(publication.path) as reader:
            name, scope = f"stand {publication.as_of:%d/%m/%Y}", shown.union(scopes.values())
            if rules.changes_by:
                made = _by_keys(data, publication, reader, scope, name, rules)
            else:
                made = control_scope(reader, scope, name, rules, earlier, usual, kept)
        kept.save()
        refused = refusal.explain(made, scopes, earlier, usual is not None)
        if mixed := [item.release.name for item in before if item.policy.way != rules.way and item.shares(made)]:
            made, refused = refusal.beside_another_method(made, mixed)
        found.write(made, refused, outcomes(made, scopes))
        _prune(data, found)
    return found


def has_what_it_needs(data: DataFolder, publication: Publication) -> bool:
    """Whether the publication has the sums of cell keys, where the policy changes counts by them."""
    return not policy().changes_by or key_sums.of(data, publication.path).exists


def _by_keys(
    data: DataFolder, publication: Publication, reader: PublicationReader, scope: Scope, name: str, policy: Policy
) -> Control:
    from exports.disclosure.cell_key.control import control_by_keys
    from exports.figures.reading import PublicationReader as Reader

    sums = key_sums.of(data, publication.path).required
    with Reader(sums.folder) as rows:
        return control_by_keys(reader, rows, scope, name, policy, sums.cells)


@lru_cache(maxsize=2)
def load(stored: StoredControl) -> Control:
    """The control itself, which says of every figure under it whether it is `hidden`."""
    from exports.disclosure.store import load as read

    return read(stored.pattern)


def record(settings: Settings, publication: Publication, question: Question | Definition, folder: str) -> str:
    """Store what a release of the question or the figure book shows and hides, for later controls; returns the stamp of
    the control it was made under.

    `folder` is the release's, as in the register. Only figures of the release itself are stored: others under the same
    control did not become public.
    """
    from exports.disclosure.control import subset
    from exports.disclosure.store import save
    from exports.figures.reading import PublicationReader as Reader

    found = ensure(settings, publication)
    if isinstance(question, Definition):
        figures = shown.figures_of_book(publication)
    else:
        figures = set().union(*(find() for find in shown.figures_of(publication, question, None).values()))
    with Reader(publication.path) as reader:
        released = subset(load(found), reader, figures, question.id)
    save(released, _record(settings.folder, folder))
    return found.stamp


def _within(question: Question, years: tuple[int, ...]) -> bool:
    """Whether all annexes of the question have these years."""
    return all(set(years) <= set(annex.years) for annex in question.annexes)


def _releases(data: DataFolder) -> list[Release]:
    """The first line of the register of each release, oldest first."""
    return [lines[0] for lines in register.groups(register.read(data))]


def policy() -> Policy:
    """The policy of the project, as it is now."""
    return kept_policy(DISCLOSURE_POLICY.read_text(encoding="utf-8"))


def _policy_digest() -> str:
    return hashlib.sha256(DISCLOSURE_POLICY.read_bytes()).hexdigest()


def _record(data: DataFolder, folder: str) -> Path:
    return data.disclosure / RELEASED / f"{folder}.control.json.gz"


def _released(data: DataFolder, line: Release) -> Control:
    from exports.disclosure.store import load as read

    return read(_record(data, line.folder))


def _prune(data: DataFolder, latest: StoredControl) -> None:
    others = (RELEASED, data.key_sums.name)
    found = [path for path in data.disclosure.iterdir() if path.is_dir() and path.name not in others]
    for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[STORED:]:
        if path != latest.folder:
            shutil.rmtree(path)
