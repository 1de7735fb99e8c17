"""The answer to a question as a Word document in Dutch, with headline figures looked up in the marts.

    path = write_answer(folder, questions["twe-2024"], out_dir)      # out_dir/antwoord.docx

Beside that folder, which is handed out, lies `werkbestanden/<its name>/antwoord_cijfers.xlsx`: every figure of the text
with the mart, column and filter it comes from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.answering.letter import letter
from exports.editions import PUBLIEK, disclose
from exports.figures.identity import Hidden, Value
from exports.figures.reading import PublicationReader
from exports.questions.question import Question
from exports.sheets.head import front, lines
from exports.statements.lookups import Block, Lookup, Marts, QuotedFigure, figures_of
from exports.wording import BANNER, geography, long_date
from exports.xlsx.archive import replace_file
from exports.xlsx.document import NOT_APPLICABLE, Document, Format, Sheet, SheetColumn, Table, text_columns

_SHEET = "Cijfers"
WORKING = "werkbestanden"
"""The folder of what explains an answer and is not handed out with it."""


@dataclass(frozen=True)
class Answer:
    """An answer before it is a file: its blocks with the part of the question that each belongs to."""

    title: str
    blocks: tuple[tuple[str, Block], ...]

    @property
    def figures(self) -> list[QuotedFigure]:
        """Every figure in the text, in reading order."""
        return [figure for _, block in self.blocks for figure in figures_of(block)]


def answer_file(edition: str = PUBLIEK) -> str:
    """Name of the Word document of an edition."""
    return "antwoord.docx" if edition == PUBLIEK else f"antwoord_{edition}.docx"


def control_list(answer: Path, question: str) -> Path:
    """The list of figures that goes with the Word document at `answer`: a working file, outside all that is handed out
    of the question (its id)."""
    name = answer.with_suffix(".xlsx").name.replace("antwoord", "antwoord_cijfers")
    return beside(answer.parent, question, WORKING) / name


def beside(folder: Path, question: str, name: str) -> Path:
    """The folder in `name` for what goes with `folder`, which is that of a question or lies within it: beside that of
    the question, which is handed out whole."""
    top = next((each for each in (folder, *folder.parents) if each.name == question), folder).parent
    return top / name / folder.relative_to(top)


def build_answer(
    publication: Path,
    question: Question,
    hidden: Hidden | None = None,
    edition: str = PUBLIEK,
    years: Sequence[int] | None = None,
) -> Answer:
    """The answer as blocks. `hidden` tells which figures may not be shown: they are not quoted, nor is any figure
    made of them. `years` overrules the years of the annexes. Raises PublicationError."""
    with PublicationReader(Path(publication)) as published:
        blocks = letter(published, question, Marts(published, hidden), edition, years)
    return Answer(question.title, tuple(blocks))


def write_answer(
    publication: Path,
    question: Question,
    out_dir: Path,
    hidden: Hidden | None = None,
    edition: str = PUBLIEK,
    years: Sequence[int] | None = None,
) -> Path:
    """Write the answer to `out_dir`, and its list of figures beside it; returns the Word document.

    The same publication and question give the same bytes. Existing files are replaced in one step each.
    """
    from exports.answering import word
    from exports.xlsx.workbook import write

    made = build_answer(publication, question, hidden, edition, years)
    with PublicationReader(Path(publication)) as published:
        facts = published.facts
        figures = _control_list(published, question, made.blocks)
    banner, blocks = BANNER if facts.synthetic else "", [block for _, block in made.blocks]
    content = word.render_bytes(f"Antwoord: {question.title}", question.title, facts.as_of, banner, blocks)
    out_dir = Path(out_dir)
    path = replace_file(out_dir / answer_file(edition), content)
    write(figures, control_list(path, question.id))
    return path


def _control_list(publication: PublicationReader, question: Question, blocks: Sequence[tuple[str, Block]]) -> Document:
    """The list that goes with an answer: every figure in it, in reading order, with where it was looked up.

    One row per lookup: a figure of two lookups has two rows under one number.
    """
    rows: list[tuple[Value, ...]] = []
    quoted = [(part, figure) for part, block in blocks for figure in figures_of(block)]
    for number, (part, figure) in enumerate(quoted, 1):
        where = f"deelvraag {part}" if part else NOT_APPLICABLE
        shown = (number, where, figure.text, figure.value, figure.rule)
        for term, (lookup, value) in enumerate(zip(figure.lookups, figure.terms, strict=True), 1):
            rows.append((*shown, term, lookup.mart, _measure(lookup), _filter(lookup), value))
    columns = (
        SheetColumn("Nr. (in de tekst)", Format.YEAR, 9),
        *text_columns({"Deelvraag": 15, "Cijfer in de tekst": 22}),
        SheetColumn("Waarde (onafgerond)", Format.SIX_DECIMALS, 24),
        SheetColumn("Berekening", width=24),
        SheetColumn("Term (nr.)", Format.YEAR, 9),
        *text_columns({"Tabel in het datawarehouse": 26, "Kolom": 34, "Filter": 66}),
        SheetColumn("Opgezocht (onafgerond)", Format.SIX_DECIMALS, 24),
    )
    title, synthetic = f"Cijfers in het antwoord: {question.title}", publication.facts.synthetic
    stand = f"Stand op {long_date(publication.facts.as_of)}; {geography(publication)}."
    texts = (
        f"{stand} Elke term is de som van de kolom over de rijen van de tabel die aan de filter voldoen.",
        "som = term 1 (als aftrek: zonder het minteken); aandeel = 100 x term 1 / term 2; gemiddelde = term 1 / term "
        "2; wijziging = 100 x (term 1 / term 2 - 1); verschil in procentpunt = aandeel van term 1 en 2 min dat van "
        "term 3 en 4; maanden = 12 x term 1 / term 2.",
        "Met L = het logaritmisch gemiddelde van 100 x term 1 / term 2 en 100 x term 4 / term 5: deel door de "
        "opgestarte trajecten = L x ln(term 3 / term 6), door de leefloners = L x ln(term 5 / term 2), door de "
        "instroom = die twee samen, door de tijd = L x ln((term 1 / term 3) / (term 4 / term 6)).",
    )
    about = "elk cijfer van het antwoord, met de tabel, de kolom en de filter waaruit het komt"
    table = Table("Cijfers_antwoord", columns, rows)
    sheet = Sheet(_SHEET, lines(title, synthetic, texts), table, frozen_columns=3, about=about)
    made = Document(
        title,
        question.title,
        publication.facts.as_of,
        (front(title, synthetic, (stand,), [sheet]), sheet),
        description=stand,
        status=question.status,
        keywords="TWE, OCMW, antwoord",
    )
    return disclose(made, None)


def _measure(lookup: Lookup) -> str:
    return f"{lookup.measure} x {lookup.times}" if lookup.times else lookup.measure


def _filter(lookup: Lookup) -> str:
    return "; ".join(f"{column} {_condition(value)}" for column, value in lookup.where)


def _condition(value: object) -> str:
    if isinstance(value, tuple):
        return f"is één van {', '.join(map(str, value))}"
    return "is leeg" if value is None else f"= {value}"
