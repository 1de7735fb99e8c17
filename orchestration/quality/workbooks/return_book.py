"""The workbooks that go back to the OCMWs: to each the rows that it has to look at, with a column for the correction.

They leave the organisation and hold what the OCMW itself delivered, so they are marked as confidential, can be read by
their maker alone, and hold no INSZ.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from expectations import contract
from expectations.model import WITHDRAWN
from exports.xlsx.cells import fitting
from exports.xlsx.document import Document, Format, Line, Sheet, SheetColumn, Table
from orchestration.ingest.inbox import FORMATS, RETURN_MARK, SYNTHETIC_LABEL, is_synthetic
from orchestration.ingest.person_numbers import masked, masked_fields
from orchestration.quality import current_rules
from orchestration.quality.cases import OPEN, Case
from orchestration.quality.recipients import Recipient, Recipients
from orchestration.quality.workbooks.steward_book import OUTCOMES
from orchestration.store.errors import WrongChoiceError
from orchestration.store.files import replaced
from orchestration.store.wording import counted

MARK = RETURN_MARK.split(":")[0]
FIXED = (
    SheetColumn("bestand", width=44),
    SheetColumn("rij", Format.GENERAL, width=7),
    SheetColumn("sinds", width=12),
    SheetColumn("uitkomst", width=26),
    SheetColumn("regel", width=28, wrap=True),
    SheetColumn("betekenis", width=64, wrap=True),
    SheetColumn("wat te doen", width=48, wrap=True),
)
FIELDS = SheetColumn("velden zoals gelezen", width=60, wrap=True, typed=True)
CORRECTION = SheetColumn("verbetering", width=40, wrap=True, to_fill_in=True)
WIDEST = 42
"""Width of a column with delivered values, at most."""


class FolderInUseError(WrongChoiceError):
    """The folder for the workbooks holds something already."""


def write_open(cases: Sequence[Case], who: Recipients | None, folder: Path) -> str:
    """Writes the open cases as `write`, which see; gives lines for the terminal."""
    wanted = [case for case in cases if case.status == OPEN]
    if not wanted or who is None:
        return "Nothing is open, so there is nothing to send back."
    books = write(wanted, who, folder)
    return (
        f"{counted(len(wanted), 'row')} written to {counted(len(books), 'workbook')} in {folder}\n"
        "CONFIDENTIAL: they hold what each OCMW delivered itself. Send each to that OCMW alone."
    )


def write(cases: Sequence[Case], who: Recipients, folder: Path) -> list[Path]:
    """Writes one workbook per OCMW into `folder`, which must be new or empty; returns their paths.

    Raises `FolderInUseError`: workbooks of before must not lie between those of today.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUseError(f"{folder} is not an empty folder; name a new one, so that no old workbook is sent")
    groups: dict[Recipient, list[Case]] = defaultdict(list)
    for case in cases:
        groups[who.of(case)].append(case)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [_write_book(folder / f"{to.key}.xlsx", to, groups[to]) for to in sorted(groups)]


def _write_book(path: Path, to: Recipient, cases: Sequence[Case]) -> Path:
    from exports.xlsx.workbook import render_bytes

    by_source: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_source[case.source].append(case)
    guide = tuple(Line(text, style) for text, style in _guide(to, by_source))
    book = Document(
        title=f"{MARK} - na te kijken rijen - {to.name}",
        subject="Rijen die geweigerd werden of met een waarschuwing geladen zijn",
        created=max(case.delivered_on for case in cases),
        sheets=(
            Sheet("Lees mij", guide, footer=MARK),
            *(_sheet(number, to, *rows) for number, rows in enumerate(by_source.items(), start=1)),
        ),
    )
    with replaced(path.resolve()) as temporary:
        temporary.touch(mode=0o600)
        temporary.write_bytes(render_bytes(book))
    return path


def _sheet(number: int, to: Recipient, name: str, cases: Sequence[Case]) -> Sheet:
    """The rows of one source as one table."""
    source = contract.load(name)
    withdrawn = any(WITHDRAWN in case.values for case in cases)
    delivered = [c.name for c in source.columns if c.name != WITHDRAWN or withdrawn]
    fields = any(case.fields for case in cases)
    columns = (
        *FIXED,
        *(SheetColumn(c, width=_width(c, cases), typed=True) for c in delivered),
        *([FIELDS] if fields else []),
        CORRECTION,
    )
    rows = []
    for case in cases:
        place = (case.file_name, case.row_number, str(case.since), OUTCOMES[case.outcome], "\n".join(case.rules))
        given = [fitting(masked(case.values.get(c) or "")) or None for c in delivered]
        given += [fitting(masked_fields(case.fields or ())) or None] if fields else []
        rows.append((*place, *_meaning_and_remedy(case), *given, None))
    lines = (
        Line(f"{RETURN_MARK} {to.name}", "banner"),
        Line(f"{source.title}: {counted(len(cases), 'rij', 'rijen')} na te kijken"),
        Line(f"Noteer de juiste waarde in de laatste kolom, '{CORRECTION.header}'."),
    )
    table = Table(f"rijen_{number}", columns, rows)
    return Sheet(name, lines, table, frozen_columns=2, work_sheet=True, footer=f"{MARK} - {name}")


def _width(column: str, cases: Sequence[Case]) -> int:
    return min(WIDEST, max(len(column) + 4, *(len(case.values.get(column, "")) + 2 for case in cases)))


def _meaning_and_remedy(case: Case) -> tuple[str, str]:
    """Of all rules that the row broke, a line each."""
    texts = (current_rules.text_of(case, rule, for_sender=True) for rule in case.rules)
    meanings, remedies = zip(*texts, strict=True)
    return "\n".join(meanings), "\n".join(remedies if case.has_key else (*remedies, current_rules.NO_KEY))


def _guide(to: Recipient, by_source: Mapping[str, Sequence[Case]]) -> Iterator[tuple[str, str]]:
    """(text, style) of each line of the first sheet: what the workbook is and what to do with it."""
    cases = [case for rows in by_source.values() for case in rows]
    synthetic = all(is_synthetic(case.file_name) for case in cases)
    yield f"{RETURN_MARK} {to.name}", "title"
    if synthetic:
        yield "SYNTHETISCHE gegevens: geen van deze personen bestaat.", "body"
    yield "Deze rijen kwamen niet of met een waarschuwing door de controle van het TWE-datawarehouse.", "body"
    yield "Wat u doet", "heading"
    with_insz = any(column.type == "insz" for source in by_source for column in contract.load(source).columns)
    for text in (
        "1. Elke bron heeft een blad. Elke regel in de tabel is één rij van een bestand dat geleverd werd.",
        f"2. Zoek de rij in het bestand aan de hand van het rijnummer. {_numbering(cases)}",
        "3. De kolom 'betekenis' zegt wat er mis is, de kolom 'wat te doen' hoe u het verbetert.",
        f"4. Noteer de juiste waarde in de kolom '{CORRECTION.header}', of verbeter de rij meteen in uw toepassing.",
        "5. Lever alleen de verbeterde rijen opnieuw, in een nieuw bestand en met dezelfde sleutel. Dit bestand zelf "
        "is geen levering.",
        *_closing(cases),
        "Het INSZ staat niet in dit bestand: alleen de eerste twee cijfers, de rest zijn sterretjes. Vul in dit "
        "bestand ook geen INSZ in.",
        "Stuur dit bestand alleen langs een beveiligde weg, en vernietig het als de rijen verbeterd zijn.",
    ):
        yield text, "body"
    yield "Zo levert u de verbeterde rijen", "heading"
    yield (
        "Eén bestand per bron, met de naam hieronder. JJJJ-MM-DD is de dag van de levering, later dan die van "
        f"het vorige bestand. Het bestand mag {', '.join(FORMATS[:-1])} of {FORMATS[-1]} zijn (CSV: UTF-8, "
        "met ; of , ertussen).",
        "body",
    )
    yield (
        "De eerste rij bevat de kolommen van de bron; u kunt ze hieronder overnemen. Lever elke rij in haar geheel, "
        f"ook met de waarden die goed waren{', en met het echte INSZ in plaats van de sterretjes' if with_insz else ''}"
        f". Om een rij in te trekken voegt u de kolom {WITHDRAWN} toe, met J.",
        "body",
    )
    for source, rows in by_source.items():
        columns = [c.name for c in contract.load(source).columns if c.name != WITHDRAWN]
        yield f"{source}: {len(rows)} {'rij' if len(rows) == 1 else 'rijen'}", "heading"
        yield f"{source}_JJJJ-MM-DD_{_label(to, synthetic)}.csv", "body"
        yield ";".join(columns), "body"


def _closing(cases: Sequence[Case]) -> Iterator[str]:
    """What closes a row, as far as it holds for these rows."""
    if any(case.has_key for case in cases):
        yield "Een rij is afgehandeld zodra een verbeterde versie met dezelfde sleutel aanvaard is."
    if not all(case.has_key for case in cases):
        yield (
            "Een rij waarvan de sleutel ontbreekt of ongeldig is, of die misvormd is, herkennen wij niet: laat ons "
            "weten in welk bestand ze terugkwam, met het bestand en het rijnummer van hier. Dan sluiten wij ze af."
        )


def _numbering(cases: Sequence[Case]) -> str:
    """How rows are numbered: a Parquet file has no header."""
    parquet = [case.file_name.endswith(".parquet") for case in cases]
    if all(parquet):
        return "Rijen van een Parquet-bestand tellen vanaf 1, zonder kopregel."
    return "De kopregel is rij 1" + ("; rijen van een Parquet-bestand tellen vanaf 1." if any(parquet) else ".")


def _label(to: Recipient, synthetic: bool) -> str:
    """A label by which the next delivery is recognised as this OCMW's."""
    own = to.key.split("_", 1)[-1] if "_" in to.key else "verbeterd"
    if not synthetic:
        return own
    return own if own.startswith(SYNTHETIC_LABEL) else f"{SYNTHETIC_LABEL}-{own}"
