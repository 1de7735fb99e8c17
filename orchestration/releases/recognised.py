"""Whether a file is, byte for byte, one that was released; and what it is when it isn't."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from exports.answering.answer import WORKING
from orchestration.releases import register, withdrawn
from orchestration.releases.register import CONFIDENTIAL, FIGURE_BOOK, Release
from orchestration.store.files import digest
from orchestration.store.paths import DataFolder


@dataclass(frozen=True)
class Verification:
    """What a file is. `release` is the release that it belongs to; when there is none, `same_name` are the releases of
    another file of that name, `working` is the question whose working file it is ("" for none), and `confidential` says
    whether that is the full edition."""

    release: Release | None
    same_name: tuple[Release, ...] = ()
    working: str = ""
    confidential: bool = False
    taken_away: str = ""
    """Why it was taken away, for a copy of a public document that may not be handed out any more."""

    @property
    def text(self) -> str:
        """The answer for people, in one or more lines."""
        if self.release:
            return f"Untouched release: {self.release.label}"
        lines = [self._other]
        if self.same_name:
            lines += ["Released under this name, with other content:"]
            lines += [f"  {item.label}" for item in self.same_name]
        return "\n".join(lines)

    @property
    def _other(self) -> str:
        what = "the figure book" if self.working == FIGURE_BOOK else f"a working file of question {self.working}"
        if self.confidential:
            return f"NOT released: it is {what}, in the full edition, which is CONFIDENTIAL and is never released"
        if self.working:
            return (
                f"NOT released: it is {what}, which the next run may replace; "
                f"`twe release --question {self.working}` releases and keeps it"
            )
        if self.taken_away:
            return f"NOT released, may NOT BE HANDED OUT: a public edition that was taken away; {self.taken_away}"
        if self.same_name:
            return "NOT a release: the content differs from every file released under this name"
        return "NOT a release: neither the content nor the name of this file is in the register"


def verify(data: DataFolder, path: Path) -> Verification:
    """Look a file up by its content; its name and folder don't matter."""
    released = register.read(data)
    found = digest(path)
    if known := next((line for line in released if line.sha256 == found), None) or _with_table(data, released, found):
        return Verification(known)
    same_name = tuple(line for line in released if line.file_name == path.name)
    for folder in (data.annexes, data.figure_books):
        for file in sorted(folder.rglob(f"*{path.suffix}")):
            if file.is_file() and file.stat().st_size == path.stat().st_size and digest(file) == found:
                place = file.relative_to(folder)
                question = next(part for part in place.parts if part not in (WORKING, CONFIDENTIAL))
                question = question if folder == data.annexes else FIGURE_BOOK
                confidential = CONFIDENTIAL in place.parts or "VERTROUWELIJK" in place.name
                return Verification(None, same_name, question, confidential)
    return Verification(None, same_name, taken_away=withdrawn.reason(data, found))


def _with_table(data: DataFolder, released: Sequence[Release], found: str) -> Release | None:
    """The release that has a CSV table with the SHA-256 `found`: the register itself has lines for workbooks only."""
    for line in released:
        tables = data.releases / line.folder / f"{Path(line.file_name).stem}_csv"
        for file in sorted(tables.glob("*")):
            if digest(file) == found:
                return replace(line, file_name=f"{tables.name}/{file.name}")
    return None
