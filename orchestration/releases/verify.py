"""Whether a file is, byte for byte, one that was released; and if not, what else it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from orchestration.answers.documents import CONFIDENTIAL
from orchestration.answers.questions import FIGURE_BOOK
from orchestration.releases.register import Release, digest, read
from orchestration.store.paths import DataFolder


@dataclass(frozen=True)
class Verification:
    """What is known of a file. `same_name` holds the releases of a file of that name, when it is none; `working` is
    the question whose working file it is, `confidential` whether that is the full edition."""

    release: Release | None
    same_name: tuple[Release, ...] = ()
    working: str = ""
    confidential: bool = False

    @property
    def text(self) -> str:
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
        if self.same_name:
            return "NOT a release: the content differs from every file released under this name"
        return "NOT a release: neither the content nor the name of this file is in the register"


def verify(data: DataFolder, path: Path) -> Verification:
    """What a file is, by its content; its name and place don't matter."""
    register = read(data)
    found = digest(path)
    if known := next((line for line in register if line.sha256 == found), None) or _beside(data, register, found):
        return Verification(known)
    same_name = tuple(line for line in register if line.file_name == path.name)
    for folder in (data.annexes, data.figure_books):
        for file in sorted(folder.rglob(f"*{path.suffix}")):
            if file.is_file() and file.stat().st_size == path.stat().st_size and digest(file) == found:
                place = file.relative_to(folder)
                question = place.parts[0] if folder == data.annexes else FIGURE_BOOK
                confidential = CONFIDENTIAL in place.parts or "VERTROUWELIJK" in place.name
                return Verification(None, same_name, question, confidential)
    return Verification(None, same_name)


def _beside(data: DataFolder, register: Sequence[Release], found: str) -> Release | None:
    """The release whose workbook has a table with this content beside it; the register itself names workbooks only."""
    for line in register:
        tables = data.releases / line.folder / f"{Path(line.file_name).stem}_csv"
        for file in sorted(tables.glob("*")):
            if digest(file) == found:
                return replace(line, file_name=f"{tables.name}/{file.name}")
    return None
