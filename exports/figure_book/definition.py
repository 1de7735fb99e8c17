"""What the figure book shows, read and checked from `cijferboek.yml` beside this module.

It names figures as a question does, but asks for no workbooks: whoever decides what is hidden is asked about them
together with the figures of all questions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from exports.annexes import KINDS
from exports.annexes.model import AnnexKind
from exports.questions.fields import FIRST_YEAR, FieldReader, opened
from exports.questions.yaml_lines import Located

FILE = Path(__file__).with_name("cijferboek.yml")
KINDS_SHOWN = tuple(key for key, kind in KINDS.items() if kind.in_figure_book)
"""Annex kinds that the page has charts for, each under its default options."""

LAST = "last"


@dataclass(frozen=True)
class ChartBlock:
    """One table of the book. Without `years` they run on with the data: from `open_from`, or only the last one."""

    kind: AnnexKind
    years: tuple[int, ...]
    open_from: int
    last_only: bool
    levels: tuple[str, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Definition:
    """The book as a whole; `status` as of a question, for the release register."""

    id: str
    title: str
    blocks: tuple[ChartBlock, ...]
    source_sha256: str
    status: str = "voorlopig"


def load_definition(path: Path = FILE) -> Definition:
    """The definition in a file. Raises QuestionError with the line of the first mistake."""
    reader, data, sha256 = opened(path, ("id", "title", "figures"))
    blocks = tuple(_block(reader, item) for item in reader.mappings(data, "figures"))
    if not blocks:
        raise reader.fail(
            data, "figures" if "figures" in data else None, "the book needs at least one block of figures"
        )
    return Definition(path.stem, reader.needed(data, "title"), blocks, sha256)


def _block(reader: FieldReader, data: Located) -> ChartBlock:
    reader.only(data, ("kind", "years", "levels", "measures"))
    key = reader.needed(data, "kind")
    if key not in KINDS_SHOWN:
        raise reader.fail(data, "kind", f"the book has no charts for kind {key!r}, only for {', '.join(KINDS_SHOWN)}")
    years = str(data.get("years", "")).strip()
    running = re.fullmatch(r"(\d{4})\s*[-\u2013]", years)
    if running and int(running[1]) < FIRST_YEAR:
        raise reader.fail(data, "years", f"`years` must start in {FIRST_YEAR} (start of TWE) or later")
    return ChartBlock(
        kind=KINDS[key],
        years=() if running or years == LAST else reader.years(data, "years"),
        open_from=int(running[1]) if running else FIRST_YEAR,
        last_only=years == LAST,
        levels=reader.levels(data, "levels"),
        measures=reader.texts(data, "measures"),
    )
