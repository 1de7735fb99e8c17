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
from typing import Any

import duckdb

from expectations import contract
from expectations.contract import SourceContract
from orchestration.ingest import batches, judging, load, validation
from orchestration.ingest.inbox import (
    FORMATS,
    RETURN_NAME,
    Delivery,
    is_early,
    parse_name,
    return_label,
    with_content,
    without_number,
)
from orchestration.ingest.readers.limits import DEFAULT, too_much_to_validate
from orchestration.store.errors import TweError, WrongChoiceError
from orchestration.store.sql import quote

LABEL = "uwgemeente"
CHANGES = "verandert terwijl het gelezen wordt; wacht tot het volledig weggeschreven is"


class PrecheckError(TweError):
    """Files could not be validated at all; a fault of ours."""


@dataclass(frozen=True)
class RuleVerdict:
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
    broken: tuple[RuleVerdict, ...] = ()
    rows: tuple[MarkedRow, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether nothing of the file would be refused. Warnings are no refusal."""
        return not self.refused and not self.rows_quarantined


@dataclass(frozen=True)
class _Delivered:
    """A file to look at, the name by which it is shown, and what was said of that name."""

    delivery: Delivery
    name: str
    remarks: tuple[str, ...]


def of_files(paths: Sequence[Path], today: dt.date, source: str | None = None) -> dict[Path, FileVerdict]:
    """A verdict per file, in the order given. `source` is that of the files that are not named as a delivery.

    Raises `WrongChoiceError` for an unknown source.
    """
    known = contract.sources()
    if source and source not in known:
        raise WrongChoiceError(f"er is geen bron {source!r}; kies uit {', '.join(known)}")
    verdicts: dict[Path, FileVerdict] = {}
    deliveries: dict[str, list[_Delivered]] = defaultdict(list)
    for path in dict.fromkeys(paths):
        advice = ""
        try:
            of, day, label = parse_name(path.name, known)
        except ValueError:
            advice = _right_name(path, known, source, today)
            of, day, label = source, today, None
        if of is None or path.suffix[1:].lower() not in FORMATS:
            verdicts[path] = FileVerdict(without_number(path.name), None, advice)
            continue
        try:
            delivery = with_content(path, of, day, label)
        except OSError as error:
            verdicts[path] = FileVerdict(without_number(path.name), of, f"kan niet gelezen worden ({error.strerror})")
            continue
        name = without_number(path.name) if advice else delivery.file_name
        if is_early(day, path.name, today):
            verdicts[path] = FileVerdict(name, None, f"de datum in de naam ({day}) ligt na vandaag; verbeter ze")
        else:
            deliveries[of].append(_Delivered(delivery, name, (advice,) if advice else ()))
    for of, own in deliveries.items():
        own.sort(key=lambda one: (one.delivery.delivered_on, one.delivery.file_name))
        verdicts |= _of_source(contract.load(of), own)
    return {path: verdicts[path] for path in paths}


def _right_name(path: Path, sources: Iterable[str], source: str | None, today: dt.date) -> str:
    """How the file must be called to be taken for a delivery."""
    if returned := RETURN_NAME.fullmatch(path.name):
        name = f"{returned['source']}_{today}_{return_label(returned['ocmw'])}.xlsx"
        return f"dit is een werkboek met teruggestuurde rijen; verbeter ze, en noem het bestand {name}"
    likely = source or next((name for name in sources if name in path.name.lower()), None)
    suffix = path.suffix[1:].lower()
    if suffix in FORMATS:
        how = f"de naam is niet die van een levering; noem het bestand {likely or '<bron>'}_{today}_{LABEL}.{suffix}"
    else:  # under another name it would still be what it is
        how = (
            "dit soort bestand lezen wij niet; bewaar de gegevens als Excel-werkmap (.xlsx) of CSV, onder de naam "
            f"{likely or '<bron>'}_{today}_{LABEL}.xlsx"
        )
    return how if likely else f"{how}, waarin <bron> een van deze is: {', '.join(sources)}"


def _of_source(source: SourceContract, asked: Sequence[_Delivered]) -> dict[Path, FileVerdict]:
    found: dict[Path, FileVerdict] = {}
    loaded: dict[str, str] = {}
    for batch in batches.batches([one.delivery for one in asked]):
        for delivery in batches.without_room(batch, lambda part: found.update(_of_part(source, part, asked, loaded))):
            one = next(one for one in asked if one.delivery == delivery)
            found[delivery.path] = FileVerdict(
                one.name, source.source, too_much_to_validate(DEFAULT).dutch, one.remarks
            )
    return found


def _of_part(
    source: SourceContract, part: Sequence[Delivery], asked: Sequence[_Delivered], loaded: dict[str, str]
) -> dict[Path, FileVerdict]:
    """Verdicts on deliveries that are read together. `loaded` grows with what was read, unless they don't fit."""
    found: dict[Path, FileVerdict] = {}
    database, known = f":memory:precheck_{source.source}", dict(loaded)
    by_path = {one.delivery.path: one for one in asked}
    with duckdb.connect(database) as con:
        try:
            read = load.read_batch(con, database, source, part, known, secrets.token_bytes(32), validation.by_routing)
            rows = _of_rows(con, source) if read.read else {}
            for number, (delivery, said) in read.read.items():
                one = by_path[delivery.path]
                remarks = (*one.remarks, *(remark.dutch for remark in said))
                found[delivery.path] = FileVerdict(one.name, source.source, remarks=remarks, **rows[number])
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error as error:  # DuckDB quotes values in its messages, and they may be a person's
            raise PrecheckError(
                f"{source.source}: de bestanden konden niet gecontroleerd worden ({type(error).__name__}); "
                "controleer ze een voor een en meld welk bestand het is"
            ) from None
    loaded.update(known)
    rejected = {delivery.path: why.dutch for delivery, why in read.rejected}
    first = dict(read.repeats)
    for path in (delivery.path for delivery in part if delivery.path not in found):
        one = by_path[path]
        if path not in rejected and one.delivery.file_name in first:
            same = f"heeft dezelfde inhoud als {first[one.delivery.file_name]}, en telt niet nog eens"
            found[path] = FileVerdict(one.name, source.source, remarks=(*one.remarks, same))
        else:
            found[path] = FileVerdict(one.name, source.source, rejected.get(path, CHANGES), one.remarks)
    return found


def _of_rows(con: duckdb.DuckDBPyConnection, source: SourceContract) -> dict[int, dict[str, Any]]:
    """What a verdict says of the rows of each delivery, by its number."""
    broken = defaultdict[int, list[RuleVerdict]](list)
    for number, rule, on_fail, numbers in con.execute(
        "select _delivery, rule, on_fail, list(distinct _row order by _row) as rows from broken join batch using (_id) "
        "group by all order by on_fail, len(rows) desc, rule"
    ).fetchall():
        broken[number].append(RuleVerdict(rule, on_fail, tuple(numbers)))
    names = [c.name for c in source.columns]
    rows = defaultdict[int, list[MarkedRow]](list)
    for number, row, outcome, rules, fields, *texts in con.execute(
        f"select _delivery, row_number, outcome, rules, fields, {', '.join(map(quote, names))} from marked "
        "order by _delivery, row_number"
    ).fetchall():
        values = {name: text for name, text in zip(names, texts, strict=True) if text is not None}
        shown = tuple(field or "" for field in fields) if fields else None
        rows[number].append(MarkedRow(row, outcome == "quarantined", tuple(rules), values, shown))
    counted = ("rows_read", "rows_quarantined", "rows_warned")
    return {
        number: {name: counts[name] for name in counted}
        | {"broken": tuple(broken[number]), "rows": tuple(rows[number])}
        for number, counts in judging.counts_of(con, source).items()
    }
