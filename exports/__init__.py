"""Annex workbooks for parliament questions, made from a publication of the data warehouse.

    questions = load_questions()                          # exports/questions/*.yml
    write_annex(folder, questions["twe-2024"], questions["twe-2024"].annex("1"), out_dir)

Reads published Parquet and nothing else. Heavy imports (openpyxl, duckdb) happen when an annex is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.figures.identity import Figure, FigureId, Hidden, Value
from exports.figures.reading import PublicationError
from exports.questions.field_types import parse_years
from exports.questions.question import Annex, Question, QuestionError, load_questions
from exports.xlsx.document import Sheet

__all__ = [
    "Annex",
    "AnnexResult",
    "Figure",
    "FigureId",
    "Hidden",
    "PublicationError",
    "Question",
    "QuestionError",
    "annex_figures",
    "load_questions",
    "parse_years",
    "write_annex",
]


@dataclass(frozen=True)
class AnnexResult:
    """What was written: the workbook, and the folder with the same figures as CSV; `rows` of the tables per sheet;
    `totals` for Flanders, by year and measure, as this edition shows them."""

    path: Path
    package: Path
    sheets: tuple[str, ...]
    rows: dict[str, int]
    totals: dict[int, dict[str, Value]]


def write_annex(
    publication: Path,
    question: Question,
    annex: Annex,
    out_dir: Path,
    years: Sequence[int] | None = None,
    *,
    edition: str = "publiek",
    hidden: Hidden | None = None,
    policy: Sequence[str] = (),
    audit: Sequence[str] = (),
    extra_sheets: Sequence[Sheet] = (),
    withheld: Hidden | None = None,
) -> AnnexResult:
    """Write one annex to `out_dir`: the workbook and, beside it, its tables as a data package.

    `years` overrules the years of the question. The edition "publiek" shows [c] for every figure whose identity is
    `hidden`, and for what is worked out from it; "volledig" shows all, and says in its name and on every sheet that it
    is confidential. `policy` and `audit` are lines for the provenance sheet: the rule by which figures are hidden, and
    what the check of the result found. `extra_sheets` are put before the provenance. Of what is `withheld` it may not
    even be seen that it isn't 0: the data tables, which list what there is, leave it out.

    The same publication, question, years and hidden figures give the same bytes. Existing files are replaced in one
    step each, or left as they were when something is wrong. Raises PublicationError when the publication can't answer
    the annex, ValueError for an unknown edition.
    """
    from exports.build import build
    from exports.package import write_package
    from exports.xlsx.workbook import write

    built = build(publication, question, annex, years, edition, hidden, policy, audit, extra_sheets, withheld)
    made = built.disclosed()
    stem = annex.key + built.edition.suffix
    package = write_package(made, Path(out_dir) / f"{stem}_csv", stem)
    path = write(made, Path(out_dir) / f"{stem}.xlsx")
    rows = {sheet.name: sum(len(table.rows) for table in sheet.tables) for sheet in made.sheets if sheet.tables}
    return AnnexResult(path, package, tuple(sheet.name for sheet in made.sheets), rows, built.totals())


def annex_figures(
    publication: Path, question: Question, annex: Annex, years: Sequence[int] | None = None
) -> list[Figure]:
    """Every figure that the annex shows when nothing is hidden, once each: what may have to be hidden."""
    from exports.build import figures_shown

    return list({figure.id: figure for figure in figures_shown(publication, question, annex, years)}.values())
