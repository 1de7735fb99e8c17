"""The answer to a question as blocks of text, in the order of the minister's answers: question, answer, annexes."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from exports.answering.shown_annex import ShownAnnex
from exports.editions import PUBLIEK
from exports.figures.identity import CENTRUMSTAD, GEMEENTE
from exports.figures.reading import UNASSIGNED, PublicationReader
from exports.questions.question import Annex, Part, Question
from exports.sheets.shown import SHARED
from exports.statements.headlines import Headlines
from exports.statements.lookups import NOT_SHOWN, Block, Grid, Marts, Paragraph, piece_text, text
from exports.statements.years import unpaid, warnings
from exports.wording import BANNER, ahead, by_level, geography, long_date, municipality_count

_TODAY = re.compile(r"\btot (?:en met )?vandaag\b")
_OF_PART = re.compile(r"\s*\(deelvraag (\w+)\)")
_WITHHELD = (
    f"Waar '{NOT_SHOWN}' staat, is een cijfer niet vermeld. Dat kan ook een groot aantal of een totaal zijn: samen "
    "met andere cijfers, of met een eerdere vrijgave, zou het iemand herkenbaar kunnen maken. Een categorie die niet "
    "genoemd is, komt niet voor."
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
    shown = {
        annex.number: ShownAnnex(publication, question, annex, _chosen(annex, years), edition)
        for annex in question.annexes
    }
    presented: set[str] = set()
    tables: dict[str, str] = {}
    for part in _parts(question):
        annex = question.annex(part.annex) if part.annex else None
        first = annex is not None and annex.number not in presented
        if annex:
            presented.add(annex.number)
        made = _answer(publication, question, part, annex, first, marts, shown, years)
        blocks += [(part.part, block) for block in _tables_once(made, part.part, tables)]
    if marts.withheld:
        before.append(text(_WITHHELD))
    if marts.changes:
        before.append(text(marts.changes.note({mart.name for annex in question.annexes for mart in annex.kind.marts})))
    after = [*_about(publication, question, marts, years, shown), *_annexes(question, years, shown)]
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
        ("Vraag van", str(question.year) if question.year and not question.date else None),
        ("Zitting", question.parliamentary_year),
        ("Vraagsteller", question.asked_by),
        ("Minister", question.minister),
        ("Stand op", f"{long_date(facts.as_of)}: enkel wat tot en met die dag geleverd is, telt mee"),
        ("Geografie", geography(publication) if _speaks_of_municipalities(question) else None),
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
    shown_annexes: Mapping[str, ShownAnnex],
    years: Sequence[int] | None,
) -> list[Block]:
    """One part: the author's own words or the sentence that presents the annex; with the annex's first part also
    its caveats, what is unavailable, and the headline figures."""
    if annex is None:
        gaps = () if part.answer else _gaps(question, part, None)
        words = part.answer or " ".join(gaps) or "Op deze deelvraag is geen antwoord uitgewerkt."
        return [Paragraph((words,), "answer", f"{part.part}."), *_points(part)]
    kind, chosen = annex.kind, _chosen(annex, years)
    shown = shown_annexes[annex.number]
    words = part.answer or kind.presentation(annex.number, chosen, annex.options, () if shown.told else annex.levels)
    blocks: list[Block] = [Paragraph((words,), "answer", f"{part.part}."), *_points(part)]
    if first:
        blocks += [text(line, style="bullet" if at else "answer") for at, line in enumerate(shown.told)]
    if _TODAY.search(part.question):
        asked = next(item.part for item in _parts(question) if _TODAY.search(item.question))
        blocks.append(text(_until(question, chosen[-1], publication.facts.as_of, again=part.part != asked)))
    if not first:
        return blocks
    local = kind.local_caveats if {GEMEENTE, CENTRUMSTAD} & set(annex.levels) else ()
    caveat = " ".join((*kind.caveats, *local, *annex.footnotes))
    gap = " ".join(_gaps(question, part, annex))
    blocks += [text(words) for words in (caveat, gap) if words]
    blocks += [text(f"Let op: {warning}") for warning in warnings(publication, kind, chosen, annex.options)]
    apart = unpaid(publication, kind, chosen, annex.options)
    read = (*kind.marts, *kind.also_quotes)
    headlines = Headlines(
        marts, publication, read, annex.options, chosen, annex.levels, apart, shown.by_year, shown.classes
    )
    return blocks + (kind.statement(headlines) if headlines.year is not None else [])


def _points(part: Part) -> list[Block]:
    """What the answer lists."""
    return [text(point, style="bullet") for point in part.points]


def _until(question: Question, last: int, as_of: dt.date, again: bool) -> str:
    """What "until today" comes to: the day up to which was counted, the last year of the annex, and why that one.
    `again`: an earlier part said so."""
    stand = "Ook deze cijfers tonen" if again else "U vraagt de cijfers tot vandaag. Ze tonen"
    stand += f" de stand op {long_date(as_of)}"
    if as_of < dt.date(last, 12, 31):
        return f"{stand}: {as_of.year} telt mee tot en met die dag."
    if as_of < dt.date(last + 1, 12, 31):
        return f"{stand}; {last} is het laatste jaar dat toen volledig voorbij was."
    if again or question.year != last + 1:
        return f"{stand} en gaan tot en met {last}."
    return f"{stand} en gaan tot en met {last}, het laatste jaar dat voorbij was toen u de vraag stelde."


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
    publication: PublicationReader,
    question: Question,
    marts: Marts,
    years: Sequence[int] | None,
    shown: Mapping[str, ShownAnnex],
) -> list[Block]:
    local = _speaks_of_municipalities(question)
    sharing = max((annex.sharing_rows for annex in shown.values()), default=0)
    every = municipality_count(publication)
    of_place = (
        "De gemeente is die van het OCMW, niet die van het thuisadres van de cliënt. Een gefuseerde gemeente telt bij "
        "de gemeente waarin ze opging."
    )
    lines = [
        f"Alle cijfers komen uit het datawarehouse TWE-OCMW, met stand op {long_date(publication.facts.as_of)}. Wat "
        "later geleverd of gecorrigeerd wordt, telt niet mee.",
        *([of_place] if local else []),
        *([f"{every - sharing} van de {every} gemeenten hebben een eigen rij. {SHARED}"] if sharing else []),
        *question.footnotes,
    ]
    sources = sorted({source for annex in question.annexes for source in annex.kind.sources})
    lines += filter(None, [ahead(publication, sources)])
    chosen = [(annex.kind, year) for annex in question.annexes for year in years or annex.years]
    if local and any(UNASSIGNED in marts.places(mart.name, year) for kind, year in chosen for mart in kind.marts):
        lines.append(
            "Niet toewijsbaar: een deel van de cijfers staat onder NIS-codes die pas na de gekozen geografie "
            "ontstonden. Ze zijn niet over de vroegere gemeenten te verdelen en staan bij geen enkele gemeente; ze "
            "tellen wel mee in het totaal van Vlaanderen."
        )
    if marts.withheld:
        lines.append("Kleine aantallen die tot personen herleid kunnen worden, zijn niet vermeld.")
    return [text("Over de cijfers", style="heading"), *(text(line, style="bullet") for line in lines)]


def _annexes(question: Question, years: Sequence[int] | None, shown: Mapping[str, ShownAnnex]) -> list[Block]:
    blocks: list[Block] = [text("Bijlagen", style="heading")]
    for annex in question.annexes:
        words = annex.kind.overview_of(_chosen(annex, years), annex.options)
        places = "" if shown[annex.number].told else f", {by_level(annex.levels)}"
        title = f"Overzicht van {words}{places} ({annex.file_name})"
        blocks.append(Paragraph((title,), "annex", f"{annex.number}.", annex.file_name))
    return blocks


def _speaks_of_municipalities(question: Question) -> bool:
    """Not when only provinces or Flanders are asked for."""
    return any({GEMEENTE, CENTRUMSTAD} & set(annex.levels) for annex in question.annexes)


def _chosen(annex: Annex, years: Sequence[int] | None) -> tuple[int, ...]:
    """The years of an annex, or those that overrule them."""
    return tuple(sorted(set(years))) if years else annex.years
