"""The steward's workbook: every broken rule of every row, with a column for the reason why a row is settled.

`twe quarantine --xlsx` writes it and `twe review` reads it back, so both know its columns from here.
"""

from collections.abc import Sequence
from pathlib import Path

from exports.xlsx.cells import fitting
from exports.xlsx.document import Document, Format, Line, Sheet, SheetColumn, Table
from orchestration.ingest import readers
from orchestration.ingest.inbox import DeliveryError
from orchestration.ingest.persons.person_numbers import masked, masked_fields
from orchestration.quality import current_rules
from orchestration.quality.cases import CLOSED, OPEN, REPEATED, RESOLVED, REVIEWED, Case
from orchestration.quality.reviews import REASON, ReviewError, ReviewLine
from orchestration.store.files import CONFIDENTIAL_MARK, write_confidential
from orchestration.store.settings import today
from orchestration.store.wording import counted

SETTLED = "afgesloten"
OUTCOMES = {"quarantined": "geweigerd", "warned": "geladen met waarschuwing"}
STATUSES = {OPEN: "open", RESOLVED: "verbeterd", REPEATED: "opnieuw geleverd, nog fout"}
STATUSES |= {REVIEWED: REASON, CLOSED: SETTLED}
COLUMNS = (
    SheetColumn("bron", width=24),
    SheetColumn("bestand", width=48),
    SheetColumn("geleverd op", width=12),
    SheetColumn("rij", Format.GENERAL, width=8),
    SheetColumn("uitkomst", width=24),
    SheetColumn("regel", width=28),
    SheetColumn("betekenis", width=60),
    SheetColumn("wat te doen", width=60),
    SheetColumn("rij zoals geleverd", width=100, typed=True),
    SheetColumn("stand", width=26),
    SheetColumn("sinds", width=12),
    SheetColumn("verbeterd door", width=48),
    SheetColumn(REASON, width=60, to_fill_in=True, typed=True),
    SheetColumn("nagekeken door", width=24),
    SheetColumn("op (UTC)", width=17),
)
READ_BACK = ("bestand", "rij", "regel", "stand", REASON)
"""The columns that `read` needs."""
HELP = (
    f"{CONFIDENTIAL_MARK}: dit bestand bevat rijen van personen. Bewaar het waar alleen u erbij kunt.",
    "Wat dit bestand is",
    "Elke regel van het eerste blad is één rij die een regel brak; brak ze er twee, dan staat ze er twee keer.",
    f"De kolom '{REASON}' (geel) is om in te vullen",
    "Klopt een rij met een waarschuwing zoals ze is? Schrijf in die kolom waarom, zonder INSZ en zonder namen.",
    "Lees het bestand terug met: twe review, gevolgd door de naam van dit bestand.",
    "De rij is dan niet meer open en gaat niet meer mee terug naar het OCMW.",
    "Komt er een nieuwe versie van de rij die de regel weer breekt, dan is die weer open.",
    "Een geweigerde rij zonder bruikbare sleutel (sleutel ontbreekt of is ongeldig, of de rij is misvormd) wordt nooit "
    "herkend als ze terugkomt. Sluit ze zelf af: schrijf in dezelfde kolom waarom, zoals 'opnieuw geleverd in maart'. "
    f"Eén regel volstaat voor de hele rij; haar stand wordt '{SETTLED}'.",
    "Terugnemen: schrijf het bestand met --all, maak de cel leeg van een rij met stand "
    f"'{REASON}' of '{SETTLED}', en lees het bestand terug.",
    "Andere geweigerde rijen (grijs) kunnen niet nagekeken worden: ze zijn niet geladen en moeten opnieuw geleverd "
    "worden. Ze sluiten dan vanzelf.",
)
STYLES = {0: "banner", 1: "heading", 3: "heading"}
"""Of the lines of HELP; the others are body text."""


def write(cases: Sequence[Case], path: Path) -> tuple[int, Path]:
    """Writes a line per row and rule; gives their number, and the path, whose name says that it is confidential.

    The same cases give the same bytes.
    """
    from exports.xlsx.workbook import render_bytes

    lines = [(case, rule) for case in cases for rule in case.rules]
    closed = {i for i, (c, _) in enumerate(lines) if not c.can_be_settled or c.status in (RESOLVED, REPEATED)}
    rows = [_row(case, rule) for case, rule in lines]
    table = Table("quarantaine", COLUMNS, rows, closed=frozenset(closed), empty=None)
    guide = tuple(Line(text, STYLES.get(number, "body")) for number, text in enumerate(HELP))
    book = Document(
        title=f"{CONFIDENTIAL_MARK} - rijen in quarantaine",
        subject="Rijen die geweigerd werden of met een waarschuwing geladen zijn",
        created=max((case.delivered_on for case in cases), default=today()),
        sheets=(
            Sheet(f"Quarantaine {CONFIDENTIAL_MARK}", table=table, work_sheet=True, footer=CONFIDENTIAL_MARK),
            Sheet("Lees mij", guide, footer=CONFIDENTIAL_MARK),
        ),
    )
    return len(lines), write_confidential(path, render_bytes(book))


def write_chosen(cases: Sequence[Case], everything: bool, path: Path) -> str:
    """Writes the open cases, or `everything`; gives a line for the terminal."""
    lines, path = write([case for case in cases if everything or case.status == OPEN], path)
    return (
        f"{counted(lines, 'row')} written to {path}\nCONFIDENTIAL: it holds rows of people, and you alone can read it."
    )


def _row(case: Case, rule: str) -> tuple[str | int | None, ...]:
    given = masked_fields(case.fields) if case.fields else "; ".join(f"{n}={masked(v)}" for n, v in case.values.items())
    delivered = (case.source, case.file_name, str(case.delivered_on), case.row_number, OUTCOMES[case.outcome], rule)
    became = (STATUSES[case.status], str(case.since), case.resolved_by, case.why)
    became += (case.reviewed_by, case.reviewed_moment or None)
    return (*delivered, *current_rules.text_of(case, rule), fitting(given), *became)


def read(path: Path) -> list[ReviewLine]:
    """The lines of a workbook that `write` made, in any order, with any lines or other columns left out.

    Raises `ReviewError` for another workbook.
    """
    try:
        header, *rows = readers.workbook_rows(path) or [[]]
    except (DeliveryError, OSError) as error:
        raise ReviewError(f"{path.name}: {error}") from None
    if missing := [name for name in READ_BACK if name not in header]:
        raise ReviewError(
            f"{path.name}: the first sheet has no column {missing[0]!r}; give a workbook of `twe quarantine --xlsx`"
        )
    at = [header.index(name) for name in READ_BACK]
    lines = []
    for number, row in enumerate(rows, start=2):
        file, row_number, rule, status, why = (row[index].strip() for index in at)
        if file or row_number or rule or why:
            place = (file, int(row_number) if row_number.isdecimal() else 0, rule)
            settled = status in (STATUSES[REVIEWED], STATUSES[CLOSED])
            lines.append(ReviewLine(f"{path.name}, line {number}", place, why, takes_back=settled))
    return lines
