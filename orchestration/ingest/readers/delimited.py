"""CSV: separator, quotes and line ends. A quote that is not closed refuses the file."""

import csv
import io
import re
import sys
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest.inbox import DeliveryError, Remark
from orchestration.ingest.readers import encoding, header, table

HEADER = 1 << 16
"""Characters in which a header ends; more would copy a large file only to choose a separator."""
SEPARATORS = (";", ",")
_OTHERS = {
    ";": ("a semicolon", "een puntkomma"),
    ",": ("a comma", "een komma"),
    "\t": ("a tab", "een tab"),
    "|": ("|", "|"),
    ":": ("a colon", "een dubbelpunt"),
}
_NAMED = re.compile(rf'[{re.escape(table.BLANKS)}"]*sep=(?P<separator>.)[{re.escape(table.BLANKS)}"]*', re.IGNORECASE)
_LINE_END = re.compile(r"\r\n|\n|\r")
_END = "end"

csv.field_size_limit(sys.maxsize)


def read(
    con: DuckDBPyConnection, contract: SourceContract, path: Path, number: int, parts: table.HandOver | None = None
) -> list[Remark]:
    """Appends the rows of a CSV file to `raw`. The file is gone through twice, and never held whole."""
    text = encoding.read(path, ('"', *table.JOINERS))
    with text.opened() as file:
        first = file.read(HEADER) + file.readline() + file.readline()  # whole, whatever comes before the header
    separator, start, row = _without_named_separator(first)
    separator = separator or max(SEPARATORS, key=lambda s: _known(start, s, contract))
    is_quoted = text.counts['"'] > first.removesuffix(start).count('"')
    with text.opened() as file:
        if is_quoted:
            joiner = table.joiner_for(
                lambda j: not text.counts[j], "export it again as CSV", "exporteer het opnieuw als CSV"
            )
            for _ in range(row - 1):
                file.readline()
            records = csv.reader(chain(file, ("\n", _END)), delimiter=separator)
            names = next(records)
            if any(map(_LINE_END.search, names)):
                wanted = {column.name for column in contract.columns}
                own = [place for place, name in enumerate(names) if header.normal(name) in wanted]
                if _swallows(names, own, separator, len(names)):
                    raise _not_closed(row)
        else:  # without a quote every line is a row: many times faster
            joiner, records = separator, iter(())
            names = _LINE_END.split(start, maxsplit=1)[0].split(separator)
        places, remarks = header.match_header(names, contract, lambda: _seen(start, separator, row, contract))
        if is_quoted:
            lines = _checked(records, separator, joiner, row + 1, set(places.values()), len(names))
        else:
            lines = islice(text.lines(), row, None)
        table.append(con, contract, number, places, len(names), lines, joiner, row + 1, parts)
    return remarks + text.remarks


def _without_named_separator(text: str) -> tuple[str, str, int]:
    """(separator, what is left, row of the header): a first line `sep=;`, as Excel reads it, is no row, but counted."""
    end = _LINE_END.search(text)
    match = _NAMED.fullmatch(text, 0, end.start() if end else len(text))
    if not match:
        return "", text, 1
    if match["separator"] not in SEPARATORS:
        seen = _separator_is(match["separator"])
        raise DeliveryError(seen.english, seen.dutch)
    return match["separator"], text[end.end() :] if end else "", 2


def _separator_is(separator: str) -> Remark:
    english, dutch = _OTHERS.get(separator, ("another character", "een ander teken"))
    return Remark(
        f"the separator is {english}: save it with ; between the columns",
        f"het scheidingsteken is {dutch}: bewaar het met ; tussen de kolommen",
    )


def _first(text: str, separator: str, rows: int) -> list[list[str]]:
    return list(islice(csv.reader(io.StringIO(text[:HEADER], newline=""), delimiter=separator), rows))


def _known(text: str, separator: str, contract: SourceContract) -> int:
    return header.known_columns(chain.from_iterable(_first(text, separator, 1)), contract)


def _seen(text: str, separator: str, row: int, contract: SourceContract) -> Remark | None:
    """What stands there instead of a header in its row: one further down, or columns parted otherwise."""
    here = _known(text, separator, contract)
    found = {s: header.best_header(_first(text, s, header.FIRST_ROWS), contract) for s in (separator, *_OTHERS)}
    best = max(found, key=lambda s: found[s][0])
    known, place = found[best]
    if known <= here:
        return None
    seen = [header.header_in_row(row + place)] * (place > 0) + [_separator_is(best)] * (best != separator)
    return Remark(*(", ".join(texts) for texts in zip(*seen, strict=True)))


def _checked(
    records: Iterator[list[str]], separator: str, joiner: str, first_row: int, places: Collection[int], width: int
) -> Iterator[str]:
    """The records, joined, without the mark at the end. Raises `DeliveryError` for a quote that is not closed."""
    held: str | None = None
    row, fields = first_row - 1, list[str]()
    for row, fields in enumerate(records, first_row):
        if held is not None:
            yield held
        held = joiner.join(fields)
        if ("\n" in held or "\r" in held) and _swallows(fields, places, separator, width):
            raise _not_closed(row)
    if fields != [_END]:  # the file ended within the quote
        raise _not_closed(row)


def _swallows(fields: Sequence[str], places: Collection[int], separator: str, width: int) -> bool:
    """Whether a record with a line break is several rows: no column of a contract holds one, and of an extra column
    no line has the separators of a whole row, nor are all lines of the record whole rows by themselves."""
    for place, field in enumerate(fields):
        lines = _LINE_END.split(field)
        if len(lines) > 1 and (place in places or any(line.count(separator) >= width - 1 for line in lines)):
            return True
    return all(line.count(separator) == width - 1 for line in _LINE_END.split(separator.join(fields)))


def _not_closed(row: int) -> DeliveryError:
    return DeliveryError(
        f'has a quote (") in row {row} that is not closed, so the rows after it would count as one value; remove it or '
        "close it",
        f'heeft in rij {row} een aanhalingsteken (") dat niet gesloten wordt, zodat de rijen erna voor één waarde '
        "zouden doorgaan; verwijder het of sluit het",
    )
