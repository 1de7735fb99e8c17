"""Is an annex kind complete and well-formed? Its parts held against each other and against what they name."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from expectations import contract
from exports.annexes.model import AnnexKind, DateRole
from exports.figures.plan import Categories, Measure, Signatures
from exports.figures.reading import PublicationReader
from exports.statements.headlines import Headlines
from exports.statements.lookups import Marts, figures_of
from orchestration.store.paths import PROJECT

NEEDED = (
    "key", "name", "year_header", "unit", "sources", "marts", "tables", "headline", "definitions", "notes",
    "charts", "city_charts", "overview", "caveats", "statement", "totals_note",
)  # fmt: skip
SCRIPTS = PROJECT / "exports" / "figure_book" / "assets"
BOOK = PROJECT / "exports" / "figure_book" / "cijferboek.yml"


def problems(kind: AnnexKind, project: Path = PROJECT) -> list[str]:
    """What is missing in the declaration of a kind, or names what does not exist."""
    empty = [f"{part} is empty" for part in NEEDED if not getattr(kind, part)]
    if empty:
        return empty
    return [*_of_figures(kind, project), *_of_labels(kind), *_of_words(kind, project), *_of_registrations(kind)]


def _of_figures(kind: AnnexKind, project: Path) -> Iterator[str]:
    """Columns of marts, and rules that a figure can be made by."""
    known: set[str] = set()
    for mart in kind.marts:
        path = project / "dbt_project" / "models" / "marts" / f"{mart.name}.yml"
        (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
        columns = {column["name"] for column in model["columns"]}
        named = {name for field in mart.fields for name in (field.column, *field.derived_from)} | {*mart.keys}
        yield from (f"{mart.name} has no column {name}" for name in sorted(named - columns))
        known |= {field.column for field in mart.measures}
    for table in kind.tables:
        for measure in (column for column in table.columns if isinstance(column, Measure)):
            try:
                Signatures(kind, {}).of_rule(measure.rule)
            except TypeError as error:
                yield f"{measure.label}: {error}"
    yield from (f"weights: no figure {name}" for pair in kind.weights.items() for name in pair if name not in known)
    if not any(mart.measures for mart in kind.marts):
        yield "no mart counts anything"


def _of_labels(kind: AnnexKind) -> Iterator[str]:
    """Labels of measures, as charts, notes, ranking and headline name them."""
    sheets = {table.sheet: {c.label for c in table.columns if isinstance(c, Measure)} for table in kind.tables}
    every = {label for labels in sheets.values() for label in labels}
    if any(isinstance(column, Categories) for table in kind.tables for column in table.columns):
        every |= {"Onbekend"}
    yield from (f"headline: no measure {label!r}" for label in set(kind.headline) - every)
    yield from (f"note: no measure {label!r}" for note in kind.notes for label in set(note.measures) - every)
    for chart in (*kind.charts, *kind.city_charts):
        if chart.sheet not in sheets:
            yield f"chart {chart.title!r}: no sheet {chart.sheet!r}"
            continue
        wrong = {*chart.measures, *chart.without} - sheets[chart.sheet]
        yield from (f"chart {chart.title!r}: no measure {label!r}" for label in wrong)
    if ranking := kind.ranking:
        named = {ranking.by, ranking.size, *ranking.columns, *ranking.before}
        yield from (f"ranking: no measure {label!r}" for label in named - sheets.get(ranking.sheet, set()))


def _of_words(kind: AnnexKind, project: Path) -> Iterator[str]:
    values = {value for values in kind.options.values() for value in values}
    yield from (f"no source {name}" for name in set(kind.sources) - set(contract.sources(project / "expectations")))
    for text in (kind.overview, *kind.overview_by_option.values()):
        if "{years}" not in text or text.endswith("."):
            yield f"overview: {text!r} must hold {{years}} and complete a sentence"
    yield from (f"caveat: {text!r} is no sentence" for text in kind.caveats if not re.fullmatch(r"[A-Z].*\.", text))
    for name in ("overview_by_option", "correction_period_by_option"):
        yield from (f"{name}: no option {value}" for value in set(getattr(kind, name)) - values)


def _of_registrations(kind: AnnexKind) -> Iterator[str]:
    """What other documents and change attribution need of the kind."""
    if not isinstance(kind.date_role, DateRole):
        yield f"date_role: {kind.date_role!r} is none of {', '.join(DateRole)}"
    if kind.changes_with_time and kind.date_role not in (DateRole.END, DateRole.MEASURED):
        yield "changes_with_time: only ends and measuring days come about by time alone"
    script = "\n".join(path.read_text(encoding="utf-8") for path in sorted(SCRIPTS.glob("*.js")))
    drawn = f'data.series["{kind.key}"]' in script or f"data.series.{kind.key}" in script
    defined = {str(block["kind"]) for block in yaml.safe_load(BOOK.read_text(encoding="utf-8"))["figures"]}
    if (kind.in_figure_book, kind.in_figure_book) != (drawn, kind.key in defined):
        yield f"in_figure_book is {kind.in_figure_book}; scripts: {drawn}, definition: {kind.key in defined}"
    if kind.paid_later and kind.date_role is not DateRole.PAYMENT:
        yield "paid_later: only payments come after the month worked"


def statement_problems(kind: AnnexKind, publication: Path, years: tuple[int, ...]) -> list[str]:
    """What is wrong with the answer's statement on the kind, made from a publication."""
    with PublicationReader(publication) as published:
        marts = (*kind.marts, *kind.also_quotes)
        blocks = kind.statement(Headlines(Marts(published), published, marts, {}, years))
    quoted = {figure.mart for block in blocks for figure in figures_of(block)}
    foreign = quoted - {mart.name for mart in marts}
    return ([] if quoted else ["the statement quotes no figure"]) + [f"the statement quotes {name}" for name in foreign]
