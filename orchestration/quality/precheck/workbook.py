"""The rows that would be refused or warned about as a workbook: the template of their source, with the cells marked.

One workbook a file. It holds rows of people, so it is confidential like every such file, and an INSZ is masked.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from expectations import contract
from expectations.contract import SourceContract
from exports.template import Cover, FilledRow, concerned, filled
from exports.xlsx.document import Line
from orchestration.ingest.persons.person_numbers import masked, masked_fields
from orchestration.quality.precheck.verdict import FileVerdict, MarkedRow
from orchestration.store.errors import WrongChoiceError
from orchestration.store.files import CONFIDENTIAL_MARK, confidential, write_confidential

GUIDE = (
    "Alleen de rijen die geweigerd of met een waarschuwing geladen zouden worden, staan hierin; 'bestand' en 'rij' "
    "zeggen waar ze vandaan komen. Wat fout is, is gekleurd.",
    "Het eenvoudigste is ze in uw eigen bestand of toepassing te verbeteren. Verbetert u ze hier, dan kunt u dit "
    "werkboek zelf leveren. Typ dan elk INSZ opnieuw: hier staan alleen de eerste twee cijfers.",
)
NAMED = (
    "Bewaar het daarvoor onder deze naam: {source}_JJJJ-MM-DD_label.xlsx. JJJJ-MM-DD is de dag waarop u levert; label "
    "is vrij, zoals de naam van uw gemeente, maar anders dan dat van een bestand dat u die dag al leverde."
)


def write(verdicts: Mapping[Path, FileVerdict], target: Path, created: dt.date) -> list[Path]:
    """Writes a workbook per file that has such rows; returns their paths, whose names say that they are confidential.

    `target` is the workbook when there is one file, and a folder when there are several or when it is one already.
    Raises `WrongChoiceError` when a workbook would take the place of a file that was checked.
    """
    in_folder = len(verdicts) > 1 or target.is_dir()
    if in_folder and target.is_file():
        raise WrongChoiceError(f"{target} is een bestand; geef voor meer bestanden een map op")
    chosen = {
        (target / f"{verdict.name.replace('*', 'x').replace('.', '_')}.xlsx" if in_folder else target): verdict
        for path, verdict in verdicts.items()
        if verdict.rows
    }
    for workbook in map(confidential, chosen):
        if workbook.resolve() in {path.resolve() for path in verdicts}:
            raise WrongChoiceError(f"{workbook} is zelf een van de bestanden; kies een andere naam")
    return [_write(path, verdict, created) for path, verdict in chosen.items()]


def _write(path: Path, verdict: FileVerdict, created: dt.date) -> Path:
    from exports.xlsx.workbook import render_bytes

    source = contract.load(str(verdict.source))
    about = f"{CONFIDENTIAL_MARK}: na te kijken rijen van {verdict.name}"
    told = (*GUIDE, NAMED.format(source=source.source))
    cover = Cover(about, created, (Line(about, "title"), *map(Line, told)), CONFIDENTIAL_MARK)
    return write_confidential(path, render_bytes(filled(source, _rows(source, verdict), cover)))


def _rows(source: SourceContract, verdict: FileVerdict) -> list[FilledRow]:
    rejecting = {rule.name for rule in source.rules if rule.on_fail == "reject"}
    about = {rule.name: concerned(source, rule.name) for rule in verdict.broken}
    return [_row(source, verdict.name, row, rejecting, about) for row in verdict.rows]


def _row(
    source: SourceContract, file: str, row: MarkedRow, rejecting: set[str], about: Mapping[str, frozenset[str]]
) -> FilledRow:
    texts = [source.text_of(rule) for rule in row.rules]
    return FilledRow(
        {name: masked(text) for name, text in row.values.items()},
        _columns(about, [rule for rule in row.rules if rule in rejecting]),
        _columns(about, [rule for rule in row.rules if rule not in rejecting]),
        [meaning for meaning, _ in texts],
        list(dict.fromkeys(remedy for _, remedy in texts)),
        file,
        row.number,
        "geweigerd" if row.quarantined else "waarschuwing",
        masked_fields(row.fields) if row.fields else None,
    )


def _columns(about: Mapping[str, frozenset[str]], rules: Sequence[str]) -> frozenset[str]:
    return frozenset().union(*(about[rule] for rule in rules))
