"""The verdict of the door on files: read, parsed and validated by the code of ingest, in memory alone.

The rows that break a rule come from the routing, which a load holds against the counts of Great Expectations; so
nothing heavy is imported. INSZ are pseudonymised with a key that is thrown away.
"""

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from expectations import contract
from expectations.contract import SourceContract
from orchestration.ingest import load, validation
from orchestration.ingest.inbox import FORMATS, Delivery, is_early, parse_name, with_content
from orchestration.ingest.person_numbers import masked
from orchestration.quality.cases import require_source
from orchestration.store.errors import TweError
from orchestration.store.sql import quote

LABEL = "uwgemeente"
CHANGES = "verandert terwijl het gelezen wordt; wacht tot het volledig weggeschreven is"


class PrecheckError(TweError):
    """Files could not be validated at all; a fault of ours."""


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows of a file broke, with their numbers in the file."""

    name: str
    on_fail: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class MarkedRow:
    """A row that broke a rule, as ingest would keep it for the steward: an INSZ is masked."""

    number: int
    quarantined: bool
    rules: tuple[str, ...]
    values: dict[str, str]
    fields: tuple[str, ...] | None
    """The fields of a malformed row, which has no values."""


@dataclass(frozen=True)
class FileVerdict:
    """What would become of a file. `source` is None when its content was not looked at."""

    name: str
    source: str | None
    refused: str = ""
    """Why the whole file would be refused, in Dutch; empty when it would be accepted."""
    remarks: tuple[str, ...] = ()
    """In Dutch."""
    rows_read: int = 0
    rows_quarantined: int = 0
    rows_warned: int = 0
    broken: tuple[BrokenRule, ...] = ()
    rows: tuple[MarkedRow, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing of the file would be refused. Warnings are no refusal."""
        return not self.refused and not self.rows_quarantined


def of_files(paths: Sequence[Path], today: dt.date, source: str | None = None) -> dict[Path, FileVerdict]:
    """A verdict per file, in the order given. `source` is that of the files that are not named as a delivery.

    Raises `WrongChoiceError` for an unknown source.
    """
    if source:
        require_source(source)
    known = contract.sources()
    verdicts: dict[Path, FileVerdict] = {}
    remarks: dict[Path, list[str]] = defaultdict(list)
    deliveries: dict[str, list[Delivery]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        name = masked(path.name)
        try:
            of, day, label = parse_name(path.name, known)
        except ValueError:
            advice = _right_name(path, known, source, today)
            if not source or path.suffix[1:].lower() not in FORMATS:
                verdicts[path] = FileVerdict(name, None, advice)
                continue
            of, day, label = source, today, None
            remarks[path].append(advice)
        if is_early(day, path.name, today):
            verdicts[path] = FileVerdict(name, None, f"de datum in de naam ({day}) ligt na vandaag; verbeter ze")
            continue
        try:
            deliveries[of].append(with_content(path, of, day, label))
        except OSError as error:
            verdicts[path] = FileVerdict(name, of, f"kan niet gelezen worden ({error.strerror})")
    for name, own in deliveries.items():
        verdicts |= _of_source(contract.load(name), sorted(own, key=lambda d: (d.delivered_on, d.file_name)), remarks)
    return {path: verdicts[path] for path in paths}


def _right_name(path: Path, sources: Iterable[str], source: str | None, today: dt.date) -> str:
    """How the file must be called to be taken for a delivery."""
    likely = source or next((name for name in sources if name in path.name.lower()), None)
    suffix = path.suffix[1:].lower()
    kind = suffix if suffix in FORMATS else "xlsx"
    if likely:
        return f"de naam is niet die van een levering; noem het bestand {likely}_{today}_{LABEL}.{kind}"
    return (
        f"de naam is niet die van een levering; noem het bestand <bron>_{today}_{LABEL}.{kind}, "
        f"waarin <bron> een van deze is: {', '.join(sources)}"
    )


def _of_source(
    source: SourceContract, deliveries: Sequence[Delivery], remarks: dict[Path, list[str]]
) -> dict[Path, FileVerdict]:
    found: dict[Path, FileVerdict] = {}
    database, loaded = f":memory:precheck_{source.source}", dict[str, str]()
    for batch in load.batches(deliveries):
        with duckdb.connect(database) as con:
            try:
                read = load.read_batch(
                    con, database, source, batch, loaded, secrets.token_bytes(32), validation.by_routing
                )
                for number, (delivery, said) in read.read.items():
                    dutch = (*remarks[delivery.path], *(remark.dutch for remark in said))
                    found[delivery.path] = _of_rows(con, source, number, delivery, dutch)
            except duckdb.Error as error:  # DuckDB quotes values in its messages, and they may be a person's
                raise PrecheckError(
                    f"{source.source}: de bestanden konden niet gecontroleerd worden ({type(error).__name__}); "
                    "controleer ze een voor een en meld welk bestand het is"
                ) from None
        for delivery, why in read.rejected:
            more = tuple(remarks[delivery.path])
            found[delivery.path] = FileVerdict(delivery.file_name, source.source, why.dutch, more)
        first = dict(read.repeats)
        for delivery in batch:
            if delivery.path in found:
                continue
            refused = CHANGES if delivery.file_name in read.changed else ""
            said = "" if refused else f"heeft dezelfde inhoud als {first[delivery.file_name]}, en telt niet nog eens"
            found[delivery.path] = FileVerdict(delivery.file_name, source.source, refused, (said,) if said else ())
    return found


def _of_rows(
    con: duckdb.DuckDBPyConnection, source: SourceContract, number: int, delivery: Delivery, remarks: tuple[str, ...]
) -> FileVerdict:
    counts = load.counts_of(con, number)
    broken = con.execute(
        "select rule, on_fail, list(distinct _row order by _row) as rows from broken join batch using (_id) "
        "where _delivery = ? group by all order by on_fail, len(rows) desc, rule",
        [number],
    ).fetchall()
    names = [c.name for c in source.columns]
    marked = con.execute(
        f"select row_number, outcome, rules, fields, {', '.join(map(quote, names))} from marked "
        "where _delivery = ? order by row_number",
        [number],
    ).fetchall()
    rows = []
    for row_number, outcome, rules, fields, *texts in marked:
        values = {name: text for name, text in zip(names, texts, strict=True) if text is not None}
        shown = tuple(field or "" for field in fields) if fields else None
        rows.append(MarkedRow(row_number, outcome == "quarantined", tuple(rules), values, shown))
    return FileVerdict(
        delivery.file_name,
        source.source,
        "",
        remarks,
        counts.rows_read,
        counts.rows_quarantined,
        counts.rows_warned,
        tuple(BrokenRule(rule, on_fail, tuple(numbers)) for rule, on_fail, numbers in broken),
        tuple(rows),
    )
