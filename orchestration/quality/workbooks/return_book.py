"""The workbooks that go back to the OCMWs: per OCMW and source the delivery template, filled with the rows that it has
to look at. Corrected and renamed, such a workbook is a delivery.

They leave the organisation and hold what the OCMW itself delivered, so they are marked as confidential, can be read by
their maker alone, and hold no INSZ.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from expectations import contract
from expectations.contract import SourceContract
from expectations.model import REASON, REMEDY
from exports.template import MALFORMED, Cover, FilledRow, concerned, filled
from exports.xlsx.document import Line
from orchestration.ingest.inbox import is_synthetic, return_label, return_name
from orchestration.ingest.persons.person_numbers import masked, masked_fields
from orchestration.quality import current_rules
from orchestration.quality.cases import OPEN, QUARANTINED, Case
from orchestration.quality.recipients import Recipient, Recipients
from orchestration.quality.workbooks.steward_book import OUTCOMES
from orchestration.store.errors import WrongChoiceError
from orchestration.store.files import CONFIDENTIAL_MARK, write_confidential
from orchestration.store.wording import counted

WAREHOUSE_COLUMN = "traject_id"
"""What a finding of the warehouse is about."""


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
    """Writes one workbook per OCMW and source into `folder`, which must be new or empty; returns their paths.

    Raises `FolderInUseError`: workbooks of before must not lie between those of today.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderInUseError(f"{folder} is not an empty folder; name a new one, so that no old workbook is sent")
    groups: dict[tuple[Recipient, str], list[Case]] = defaultdict(list)
    for case in cases:
        groups[who.of(case), case.source].append(case)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [_write_book(folder / return_name(to.key, name), to, name, groups[to, name]) for to, name in sorted(groups)]


def _write_book(path: Path, to: Recipient, name: str, cases: Sequence[Case]) -> Path:
    from exports.xlsx.workbook import render_bytes

    source = contract.load(name)
    rows = [_row(source, versions) for versions in _per_row(source, cases)]
    cover = Cover(
        title=f"{CONFIDENTIAL_MARK} - na te kijken rijen - {name} - {to.name}",
        created=max(case.delivered_on for case in cases),
        lines=tuple(_guide(source, to, cases)),
        mark=f"{CONFIDENTIAL_MARK}: alleen voor {to.name}",
    )
    return write_confidential(path, render_bytes(filled(source, rows, cover)))


def _per_row(source: SourceContract, cases: Sequence[Case]) -> list[list[Case]]:
    """What is to be corrected in one place: the findings about one row, and about older versions of it, the row of the
    newest first. Delivered again, two versions of a key would contradict each other."""
    rows: dict[tuple[str, int], list[Case]] = {}
    for case in cases:
        rows.setdefault(case.row, []).append(case)
    newest: dict[tuple[object, ...], str] = {}
    found: dict[tuple[object, ...], list[Case]] = {}
    for (file, number), own in sorted(rows.items(), key=lambda row: (row[1][0].delivered_on, row[0]), reverse=True):
        key = tuple((own[0].values.get(k) or "").strip() for k in source.key) if own[0].has_key else ()
        if key and newest.setdefault(key, file) != file:
            found[key, file, number] = own
            next(versions for (k, f, _), versions in found.items() if (k, f) == (key, newest[key])).extend(own)
            del found[key, file, number]
        else:
            found[key, file, number] = list(own)
    return sorted(found.values(), key=lambda versions: (versions[0].delivered_on, *versions[0].row))


def _row(source: SourceContract, versions: Sequence[Case]) -> FilledRow:
    """One row with the reasons of all that was found about it."""
    case = versions[0]
    wrong: set[str] = set()
    amber: set[str] = set()
    reasons: dict[str, None] = {}
    remedies: dict[str, None] = {}
    for found in versions:
        place = "" if found.row == case.row else f"Eerdere versie ({found.file_name}, rij {found.row_number}): "
        for rule in found.rules:
            meaning, remedy = current_rules.text_of(found, rule, for_sender=True)
            reasons[place + meaning] = None
            remedies[remedy] = None
            if rule not in found.gone:
                (wrong if found.outcome == QUARANTINED else amber).update(_columns(source, rule))
    if not case.has_key:
        remedies[current_rules.NO_KEY] = None
    return FilledRow(
        values={name: masked(text) for name, text in case.values.items()},
        wrong=frozenset(wrong),
        amber=frozenset(amber - wrong),
        reasons=tuple(reasons),
        remedies=tuple(remedies),
        file=case.file_name,
        row=case.row_number,
        outcome=OUTCOMES[case.outcome],
        fields=masked_fields(case.fields) if case.fields else None,
    )


def _columns(source: SourceContract, rule: str) -> frozenset[str]:
    if rule in contract.warehouse_texts():
        return frozenset({WAREHOUSE_COLUMN} & {c.name for c in source.columns})
    return concerned(source, rule)


def _guide(source: SourceContract, to: Recipient, cases: Sequence[Case]) -> Iterator[Line]:
    """What stands above the explanation of the template: what the workbook is and what to do with it."""
    yield Line(f"{CONFIDENTIAL_MARK}: alleen voor {to.name}", "banner")
    yield Line(f"{source.title}: na te kijken rijen van {to.name}", "title")
    if all(is_synthetic(case.file_name) for case in cases):
        yield Line("SYNTHETISCHE gegevens: geen van deze personen bestaat.")
    if all(case.fields for case in cases):
        where, what = f"het blad '{MALFORMED}'", f"Typ ze op het eerste blad, '{source.source}'"
    else:
        where, what = "het eerste blad", "Verbeter ze daar"
    yield Line(
        f"De rijen op {where} kwamen niet, of met een waarschuwing, door de controle van het TWE-datawarehouse. "
        f"{what}, hernoem dit bestand, en lever het: het is zelf de levering."
    )
    yield Line("Wat u doet", "heading")
    for number, text in enumerate(_steps(source, to, cases), start=1):
        yield Line(f"{number}. {text}")
    yield Line("Goed om te weten", "heading")
    for text in _remarks(cases):
        yield Line(text)


def _steps(source: SourceContract, to: Recipient, cases: Sequence[Case]) -> Iterator[str]:
    if not all(case.fields for case in cases):
        yield (
            "Een omkaderde gele cel is wat fout was of nagekeken moet worden. Ze is rood zolang het blad er nog een "
            f"fout in ziet. Rechts staat waarom ('{REASON}') en hoe u het verbetert ('{REMEDY}')."
        )
    if persons := [c.name for c in source.columns if c.type == "insz"]:
        yield (
            f"Typ in elke rij die u houdt het INSZ opnieuw ({', '.join(persons)}): hier staan alleen de eerste twee "
            "cijfers en sterretjes, of niets. U vindt de rij in uw eigen bestand met 'bestand' en 'rij'. "
            f"{_numbering(cases)}"
        )
    if not all(case.fields for case in cases):
        yield (
            "Verwijder de hele rij (niet alleen de inhoud) van wat u niet opnieuw wilt leveren, zoals een rij met een "
            "waarschuwing die klopt, of een tweede rij met dezelfde sleutel."
        )
    if any(case.fields for case in cases):
        yield f"Typ de rijen van het blad '{MALFORMED}' over op het eerste blad, elke waarde in haar kolom."
    label = return_label(to.key, all(is_synthetic(case.file_name) for case in cases))
    yield (
        f"Bewaar dit bestand onder deze naam: {source.source}_JJJJ-MM-DD_{label}.xlsx. JJJJ-MM-DD is de dag waarop u "
        "levert, later dan die van het vorige bestand."
    )
    yield "Lever het zoals anders. De kolommen rechts van de bron mogen blijven staan: wij lezen ze niet."


def _remarks(cases: Sequence[Case]) -> Iterator[str]:
    """What closes a row, as far as it holds for these rows, and what to do with the workbook."""
    if any(case.has_key for case in cases):
        yield "Een rij is afgehandeld zodra een verbeterde versie met dezelfde sleutel aanvaard is."
    if not all(case.has_key for case in cases):
        yield (
            "Een rij waarvan de sleutel ontbreekt of ongeldig is, of die misvormd is, herkennen wij niet: laat ons "
            "weten in welk bestand ze terugkwam, met het bestand en het rijnummer van hier. Dan sluiten wij ze af."
        )
    yield "Stuur dit bestand alleen langs een beveiligde weg, en vernietig het als de rijen verbeterd zijn."


def _numbering(cases: Sequence[Case]) -> str:
    """How rows are numbered: a Parquet file has no header."""
    parquet = [case.file_name.endswith(".parquet") for case in cases]
    if all(parquet):
        return "Rijen van een Parquet-bestand tellen vanaf 1, zonder kopregel."
    return "De kopregel is rij 1" + ("; rijen van een Parquet-bestand tellen vanaf 1." if any(parquet) else ".")
