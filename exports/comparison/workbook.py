"""A comparison as a Dutch workbook, and the revision sheet of an annex that was answered before."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from exports.comparison.compare import Causes, Change, Comparison, compare_annex, municipality_names
from exports.comparison.displayed import FLANDERS, DisplayedFigures
from exports.editions import PUBLIEK, VOLLEDIG, disclose
from exports.figures.identity import Value
from exports.figures.reading import UNASSIGNED, PublicationReader, same_code
from exports.questions.question import Annex
from exports.sheets.context import NOTES
from exports.sheets.head import front, lines
from exports.wording import long_date
from exports.xlsx.document import (
    CONFIDENTIAL,
    NOT_APPLICABLE,
    Document,
    Format,
    Sheet,
    SheetColumn,
    Table,
    text_columns,
)

REVISION = "Herziening"
MAX_ROWS = 1_000_000
"""What fits on a sheet, with room for the lines above the table."""
_READING = (
    f"Staat {NOT_APPLICABLE} bij 'was' of 'is', dan was het cijfer niet te berekenen of stond het er niet. Vlaanderen "
    "heeft geen NIS-code. Cijfers zonder eenheid zijn aantallen."
)

_CAUSES = "Oorzaken: leveringen met een nieuwe, gewijzigde of ingetrokken rij die daar telt."
_PUBLIC_CAUSES = (
    "Cijfers wijzigen door nieuwe, verbeterde of ingetrokken rijen in latere leveringen, doordat een persoon onder "
    "verschillende nummers geleverd werd, door het verloop van de tijd of door een andere versie van de code. Wat waar "
    "de oorzaak was, staat enkel in de volledige uitgave."
)
"""The same words whatever changed: a cause that is named, or that is not, may say what a hidden figure is."""


@dataclass(frozen=True)
class Earlier:
    """An annex as it was released before: `shown` holds its figures, `name` says which release it is."""

    name: str
    released_on: dt.date
    as_of: dt.date
    geography_date: dt.date
    shown: DisplayedFigures


def document(comparison: Comparison) -> Document:
    """The workbook of `twe compare`: deliveries that are new, and every figure that changed.

    Confidential, since nothing in it is hidden.
    """
    after = comparison.after
    synthetic = comparison.before.synthetic or after.synthetic
    title = "Vergelijking van twee standen"
    about = f"Van stand {comparison.before.as_of} naar stand {after.as_of}; gemeenten van {after.geography_date}."
    notes = [
        f"{len(comparison.changes)} van de {comparison.compared} vergeleken cijfers zijn gewijzigd. {_READING}",
        "Oorzaken: de leveringen met een nieuwe, gewijzigde of ingetrokken rij die in die gemeente en dat jaar telt.",
    ]
    if not same_code(comparison.before.code_version, after.code_version):
        notes.append(f"De code verschilt ook: {comparison.before.code_version} en {after.code_version}.")
    if len(comparison.changes) > MAX_ROWS:
        notes.append(f"Enkel de eerste {MAX_ROWS} wijzigingen passen op dit blad.")
    changes = comparison.changes[:MAX_ROWS]
    columns = (SheetColumn("Bijlage", width=22), *_columns(changes))
    changed = Table("Wijzigingen", columns, [(change.annex, *_row(change)) for change in changes])
    columns = (
        *text_columns({"Bestand": 52, "Bron": 26}),
        SheetColumn("Geleverd op", Format.DATE, 13),
        SheetColumn("Rijen aanvaard", Format.INTEGER, 14),
        SheetColumn("SHA-256", width=68),
    )
    deliveries = [(d.file_name, d.source, d.delivered_on, d.rows_accepted, d.sha256) for d in comparison.deliveries]
    delivered = Table("Leveringen", columns, deliveries)
    above = lines("Gewijzigde cijfers", synthetic, (about, *notes), VOLLEDIG)
    what = "elk cijfer dat verschilt: wat het was, wat het is, en door welke leveringen"
    sheets = [Sheet("Wijzigingen", above, changed, frozen_columns=3, about=what)]
    about_new = "Leveringen die er in de nieuwe stand bij zijn."
    above = lines("Nieuwe leveringen", synthetic, (about, about_new), VOLLEDIG)
    sheets.append(Sheet("Leveringen", above, delivered, about="de leveringen die er bij zijn, met hun SHA-256"))
    made = Document(
        f"Vergelijking van stand {comparison.before.as_of} met stand {after.as_of}",
        title,
        after.as_of,
        (front(title, synthetic, (about, *notes[:1]), sheets, VOLLEDIG), *sheets),
        description=about,
        status="voorlopig",
        keywords="TWE, OCMW, vergelijking",
    )
    return disclose(made, None)


def revision_sheet(
    publication: PublicationReader,
    annex: Annex,
    shown: DisplayedFigures,
    earlier: Earlier,
    causes: Causes,
    edition: str = PUBLIEK,
) -> Sheet:
    """The sheet with what differs from the answer given before. `shown`: the figures of the annex as it shows
    them now (`exports.comparison.displayed.of_figures`, after anything that hides or rounds)."""
    years = {key.year for key in shown}
    before = {key: value for key, value in earlier.shown.items() if key.year in years}
    added = sorted(years - {key.year for key in earlier.shown})
    now = {key: value for key, value in shown.items() if key.year not in added}
    public = edition == PUBLIEK
    secret = set() if public else {key for key, value in before.items() if value == CONFIDENTIAL}
    before, now = ({key: value for key, value in each.items() if key not in secret} for each in (before, now))
    same_places = _places(before) == _places(now)
    if not same_places:
        both = {key.nis_code for key in before} & {key.nis_code for key in now}
        before = {key: value for key, value in before.items() if key.nis_code in both}
        now = {key: value for key, value in now.items() if key.nis_code in both}
    changes = compare_annex(annex.number, annex.kind, before, now, municipality_names(publication), causes)
    unseen = sum(value == CONFIDENTIAL and now.get(key) == CONFIDENTIAL for key, value in before.items())
    subtitles = (
        f"Eerder antwoord: {earlier.name}, vrijgegeven op {long_date(earlier.released_on)}, stand op "
        f"{long_date(earlier.as_of)}. Nu: stand op {long_date(publication.facts.as_of)}.",
        _summary(changes, len(now) - unseen),
    )
    notes = [f"{_READING} {_PUBLIC_CAUSES if public else _CAUSES}"]
    if secret:
        notes.append(f"{len(secret)} cijfers waren in het eerdere antwoord verborgen en zijn niet vergeleken.")
    if unseen:
        notes.append(f"{unseen} cijfers zijn in beide antwoorden verborgen ({CONFIDENTIAL}) en niet vergeleken.")
    if any(change.new == CONFIDENTIAL for change in changes):
        notes.append(
            f"Waar 'is' {CONFIDENTIAL} is, stond in het eerdere antwoord een cijfer: het is nu verborgen omdat het, "
            "samen met andere cijfers of met die eerdere vrijgave, iemand herkenbaar kan maken."
        )
    if added:
        notes.append(
            f"Jaren die in het eerdere antwoord niet voorkwamen, staan hier niet: {', '.join(map(str, added))}."
        )
    if not same_places:
        notes.append(
            f"Het eerdere antwoord telde de gemeenten van {long_date(earlier.geography_date)}: enkel Vlaanderen en "
            "gemeenten met dezelfde NIS-code zijn vergeleken. Een gemeente die na een fusie haar code behield, telt nu "
            "ook de opgeslorpte gemeente."
        )
    title = f"Bijlage {annex.number}. Herziening tegenover het eerdere antwoord"
    head = lines(title, publication.facts.synthetic, (*subtitles, *notes), edition, NOTES)
    rows = [_row(change)[: -1 if public else None] for change in changes]
    table = Table("Herziening", _columns(changes)[: -1 if public else None], rows)
    about = f"wat verschilt van het eerdere antwoord{'' if public else ', met de oorzaken'}"
    return Sheet(REVISION, head, table, frozen_columns=2, about=about)


def _places(shown: DisplayedFigures) -> set[str]:
    return {key.nis_code for key in shown} - {FLANDERS, UNASSIGNED}


def _summary(changes: Sequence[Change], compared: int) -> str:
    if not changes:
        return f"Geen van de {compared} cijfers is gewijzigd."
    places = len({change.key.nis_code for change in changes} - {FLANDERS})
    verb = "is" if len(changes) == 1 else "zijn"
    where = f", in {places} {'gemeente' if places == 1 else 'gemeenten'}" if places else ", enkel bij Vlaanderen"
    return f"{len(changes)} van de {compared} cijfers {verb} gewijzigd{where}."


def _columns(changes: Sequence[Change]) -> tuple[SheetColumn, ...]:
    values = [value for change in changes for value in (change.old, change.new)]
    whole = all(value == int(value) for value in values if isinstance(value, int | float | Decimal))
    numbers = Format.INTEGER if whole else Format.SIX_DECIMALS
    compared = ("Was (in de eenheid van het cijfer)", "Is (in de eenheid van het cijfer)", "Verschil")
    return (
        *text_columns({"NIS-code": 11, "Gemeente": 26}),
        SheetColumn("Jaar", Format.YEAR, 8),
        *text_columns({"Blad": 20, "Cijfer": 42}),
        *(SheetColumn(header, numbers, 18) for header in compared),
        SheetColumn("Oorzaken", width=90),
    )


def _row(change: Change) -> tuple[Value, ...]:
    key = change.key
    code = NOT_APPLICABLE if key.nis_code == FLANDERS else key.nis_code
    old, new = (NOT_APPLICABLE if value is None else value for value in (change.old, change.new))
    causes = "; ".join(change.causes) or "geen levering gevonden"
    return (code, change.municipality, key.year, key.sheet, key.measure, old, new, change.difference, causes)
