"""Annex workbooks for parliament questions, made from a publication of the data warehouse.

    questions = load_questions()                          # exports/questions/*.yml
    write_annex(folder, questions["twe-2024"], questions["twe-2024"].annex("1"), out_dir)

Reads published Parquet and nothing else. Heavy imports (openpyxl, duckdb) happen when an annex is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.document import Value
from exports.question_fields import QuestionError, parse_years
from exports.questions import Annex, Question, load_questions
from exports.reading import PublicationError

__all__ = [
    "Annex",
    "AnnexResult",
    "PublicationError",
    "Question",
    "QuestionError",
    "load_questions",
    "parse_years",
    "write_annex",
]


@dataclass(frozen=True)
class AnnexResult:
    """What was written: `rows` per sheet with a table; `totals` for Flanders, by year and measure (as in the sheet)."""

    path: Path
    sheets: tuple[str, ...]
    rows: dict[str, int]
    totals: dict[int, dict[str, Value]]


def write_annex(
    publication: Path, question: Question, annex: Annex, out_dir: Path, years: Sequence[int] | None = None
) -> AnnexResult:
    """Write one annex to `out_dir`/`annex.file_name`; `years` overrules the years of the question.

    The same publication, question and years give the same bytes. An existing file is replaced in one step, or left
    as it was when something is wrong. Raises PublicationError when the publication can't answer the annex.
    """
    from exports.figures import collect
    from exports.layout import document
    from exports.reading import Publication
    from exports.workbook import write

    chosen = tuple(sorted(set(years))) if years else annex.years
    with Publication(Path(publication)) as published:
        figures = collect(published, annex.kind, chosen, annex.options)
        made = document(published, question, annex, figures)
    path = write(made, Path(out_dir) / annex.file_name)
    several = len(figures.tables) > 1
    totals = {
        year: {
            f"{table.plan.sheet}: {measure.label}" if several else measure.label: figures.total(measure, year)
            for table in figures.tables
            for measure in table.measures
            if measure.in_totals
        }
        for year in chosen
    }
    rows = {sheet.name: len(sheet.table.rows) for sheet in made.sheets if sheet.table}
    return AnnexResult(path, tuple(sheet.name for sheet in made.sheets), rows, totals)
