"""The answer to a question as blocks of text, in the order of the minister's answers: question, answer, annexes."""

import re
from collections.abc import Callable, Sequence

from exports.disclosure.plan import public_plan
from exports.editions import PUBLIEK
from exports.figures.collect import collect
from exports.figures.identity import CENTRUMSTAD, GEMEENTE, FigureId
from exports.figures.reading import UNASSIGNED, PublicationReader
from exports.figures.views import views
from exports.questions.question import Annex, Part, Question
from exports.statements.headlines import Headlines
from exports.statements.lookups import Block, Grid, Marts, Paragraph, piece_text, text
from exports.wording import BANNER, ahead, geography, long_date, unfinished

_OF_PART = re.compile(r"\s*\(deelvraag (\w+)\)")
_WITHHELD = (
    "[c] staat waar een cijfer vertrouwelijk is. Dat kan ook een groot aantal of een totaal zijn: samen met andere "
    "cijfers, of met een eerdere vrijgave, zou het iemand herkenbaar kunnen maken. Een categorie die niet genoemd is, "
    "komt niet voor."
)
_TITLES = {
    "ontwerp": "Ontwerp van antwoord op een schriftelijke vraag",
    "voorlopig": "Antwoord op een schriftelijke vraag (voorlopig)",
    "definitief": "Antwoord op een schriftelijke vraag",
}
"""By the status of the question."""


def letter(
    publication: PublicationReader, question: Question, marts: Marts, edition: str, years: Sequence[int] | None
) -> list[tuple[str, Block]]:
    """The blocks of the letter, each with the part of the question that it belongs to ("" outside the parts).

    `years` overrules the years of every annex.
    """
    before = [*_head(publication, question, edition), *_question(question), text("Antwoord", style="heading")]
    blocks: list[tuple[str, Block]] = []
    presented: set[str] = set()
    tables: dict[str, str] = {}
    for part in _parts(question):
        annex = question.annex(part.annex) if part.annex else None
        first = annex is not None and annex.number not in presented
        if annex:
            presented.add(annex.number)
        made = _answer(publication, question, part, annex, first, marts, edition, years)
        blocks += [(part.part, block) for block in _tables_once(made, part.part, tables)]
    if marts.withheld:
        before.append(text(_WITHHELD))
    after = [*_about(publication, question, marts, years), *_annexes(question, years)]
    return [*(("", block) for block in before), *blocks, *(("", block) for block in after)]


def _parts(question: Question) -> tuple[Part, ...]:
    """The parts; a question without any is answered annex by annex."""
    if question.parts:
        return question.parts
    return tuple(Part(part=annex.number, question=annex.title, annex=annex.number) for annex in question.annexes)


def _head(publication: PublicationReader, question: Question, edition: str) -> list[Block]:
    facts = publication.facts
    known = (
        ("Schriftelijke vraag", question.number),
        ("Datum", long_date(question.date) if question.date else None),
        ("Jaar", str(question.year) if question.year and not question.date else None),
        ("Zitting", question.parliamentary_year),
        ("Vraagsteller", question.asked_by),
        ("Minister", question.minister),
        ("Stand op", f"{long_date(facts.as_of)}: enkel wat tot en met die dag geleverd is, telt mee"),
        ("Geografie", geography(publication)),
        ("Status", question.status),
        ("Editie", None if edition == PUBLIEK else f"{edition}: niet voor verspreiding"),
    )
    return [
        text(question.title, style="title"),
        text(_TITLES[question.status], style="subtitle"),
        *([text(BANNER, style="banner")] if facts.synthetic else []),
        *(text(f"{label}: {value}", style="fact") for label, value in known if value),
    ]


def _question(question: Question) -> list[Block]:
    if not question.parts and not question.introduction:
        return []
    return [
        text("Vraag", style="heading"),
        *([text(question.introduction, style="question")] if question.introduction else []),
        *(Paragraph((part.question,), "question", f"{part.part}.") for part in question.parts),
    ]


def _answer(
    publication: PublicationReader,
    question: Question,
    part: Part,
    annex: Annex | None,
    first: bool,
    marts: Marts,
    edition: str,
    years: Sequence[int] | None,
) -> list[Block]:
    """One part: the author's own words or the sentence that presents the annex; with the annex's first part also
    its caveats, what is unavailable, and the headline figures."""
    if annex is None:
        gaps = () if part.answer else _gaps(question, part, None)
        words = part.answer or " ".join(gaps) or "Op deze deelvraag is geen antwoord uitgewerkt."
        return [Paragraph((words,), "answer", f"{part.part}.")]
    chosen = _chosen(annex, years)
    words = part.answer or annex.kind.presentation(annex.number, chosen, annex.options)
    blocks: list[Block] = [Paragraph((words,), "answer", f"{part.part}.")]
    if not first:
        return blocks
    caveat = " ".join((*annex.kind.caveats, *annex.footnotes))
    gap = " ".join(_gaps(question, part, annex))
    blocks += [text(words) for words in (caveat, gap) if words]
    blocks += [text(f"Let op: {warning}") for warning in unfinished(chosen, publication.facts.as_of)]
    shows = _shown_by_year(publication, annex, chosen) if edition == PUBLIEK else lambda figure: True
    headlines = Headlines(marts, publication, annex.kind.marts, annex.options, chosen, shows)
    return blocks + (annex.kind.statement(headlines) if headlines.year is not None else [])


def _shown_by_year(publication: PublicationReader, annex: Annex, years: Sequence[int]) -> Callable[[FigureId], bool]:
    """Whether the public annex shows the figure of a municipality by year."""
    if (plan := public_plan(annex.tables)) is None:
        return lambda figure: True
    figures = collect(publication, annex.kind, years, annex.options)
    of_level = {
        level: {each.signature for view in views(figures, level, plan) if not view.pooled for each in view.indicators}
        for level in (GEMEENTE, CENTRUMSTAD)
        if level in annex.levels
    }
    cities = {place.nis_code for place in figures.centre_cities}

    def shows(figure: FigureId) -> bool:
        at = (GEMEENTE, CENTRUMSTAD) if figure.place in cities else (GEMEENTE,)
        return any((figure.mart, figure.measure, figure.category) in of_level.get(level, ()) for level in at)

    return shows


def _gaps(question: Question, part: Part, annex: Annex | None) -> tuple[str, ...]:
    """Sentences on data that do not exist at the source: those that name this part ("(deelvraag 2)"), and with an annex
    those that name no part."""
    named = {item.topic: match[1] for item in question.missing_data if (match := _OF_PART.search(item.what))}
    parts = {item.part for item in question.parts}
    items = question.unavailable(annex) if annex else tuple(item.unavailable for item in question.missing_data)
    found = []
    for item in items:
        asked = named.get(item.topic)
        at = next((known for known in (asked, (asked or "").rstrip("abcdefghij")) if known in parts), None)
        if (at == part.part) if at else annex is not None:
            found.append(f"Er zijn geen gegevens beschikbaar over {_OF_PART.sub('', item.what)}. {item.why}")
    return tuple(found)


def _tables_once(blocks: Sequence[Block], part: str, tables: dict[str, str]) -> list[Block]:
    """The blocks of a part, in which a table that stands at an earlier part already is referred to. `tables`: its text
    -> the part where it stands."""
    found: list[Block] = []
    again = False
    for block in blocks:
        if isinstance(block, Grid):
            shown = [list(map(piece_text, row)) for row in block.rows]
            at = tables.setdefault(f"{block.caption} {block.header} {shown}", part)
            again = at != part
            if again:
                block = text(f"{block.caption}: zie de tabel bij punt {at}.")
        elif again and block.style == "small":  # the legend of that table
            continue
        found.append(block)
    return found


def _about(
    publication: PublicationReader, question: Question, marts: Marts, years: Sequence[int] | None
) -> list[Block]:
    lines = [
        f"Alle cijfers komen uit het datawarehouse TWE-OCMW, met stand op {long_date(publication.facts.as_of)}. Wat "
        "later geleverd of gecorrigeerd wordt, telt niet mee.",
        "De gemeente is die van het OCMW, niet die van het thuisadres van de cliënt. Een gefuseerde gemeente telt bij "
        "de gemeente waarin ze opging.",
        *question.footnotes,
    ]
    sources = sorted({source for annex in question.annexes for source in annex.kind.sources})
    lines += filter(None, [ahead(publication, sources)])
    chosen = [(annex.kind, year) for annex in question.annexes for year in years or annex.years]
    if any(UNASSIGNED in marts.places(mart.name, year) for kind, year in chosen for mart in kind.marts):
        lines.append(
            "Niet toewijsbaar: een deel van de cijfers staat onder NIS-codes die pas na de gekozen geografie "
            "ontstonden. Ze zijn niet over de vroegere gemeenten te verdelen en staan bij geen enkele gemeente; ze "
            "tellen wel mee in het totaal van Vlaanderen."
        )
    if marts.withheld:
        lines.append("Kleine aantallen die tot personen herleid kunnen worden, zijn niet vermeld.")
    return [text("Over de cijfers", style="heading"), *(text(line, style="bullet") for line in lines)]


def _annexes(question: Question, years: Sequence[int] | None) -> list[Block]:
    blocks: list[Block] = [text("Bijlagen", style="heading")]
    for annex in question.annexes:
        words = annex.kind.overview_of(_chosen(annex, years), annex.options)
        title = f"Overzicht van {words}, per gemeente/stad ({annex.file_name})"
        blocks.append(Paragraph((title,), "annex", f"{annex.number}.", annex.file_name))
    return blocks


def _chosen(annex: Annex, years: Sequence[int] | None) -> tuple[int, ...]:
    """The years of an annex, or those that overrule them."""
    return tuple(sorted(set(years))) if years else annex.years
