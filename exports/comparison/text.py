"""A comparison as text for a terminal: per annex the changes for Flanders, then the largest ones by municipality."""

from decimal import Decimal

from exports.comparison.compare import CODE, NUMBER, TIME, Change, Comparison
from exports.comparison.displayed import FLANDERS
from exports.figures.identity import Value
from exports.figures.reading import same_code
from orchestration.store.wording import table

_REASONS = {NUMBER: "other number", TIME: "time passing", CODE: "other code"}
_HEADER = ("municipality", "year", "figure", "was", "is", "difference", "figures", "because of")
_RIGHT = (1, 3, 4, 5, 6)
"""Columns of figures, which may hold a sign instead."""


def text(comparison: Comparison, limit: int = 5) -> str:
    """One line per municipality and year, with the figure that says most; `limit` lines per annex beside Flanders."""
    before, after = comparison.before, comparison.after
    lines = [
        f"From the figures as of {before.as_of} to those as of {after.as_of}, municipalities of {after.geography_date}"
        + (" - SYNTHETIC demo data" if after.synthetic or before.synthetic else ""),
        f"{len(comparison.deliveries)} more deliveries; {len(comparison.changes):,} of {comparison.compared:,} figures "
        "changed" + (":" if comparison.changes else ". Nothing changed."),
        "CONFIDENTIAL: small counts are not hidden here.",
    ]
    if not same_code(before.code_version, after.code_version):
        lines.append(f"The code differs too: {before.code_version} and {after.code_version}.")
    if comparison.deliveries:
        lines += ["", "Deliveries that are new:"]
        lines += [f"  {number:>3}  {item.file_name}" for number, item in enumerate(comparison.deliveries, 1)]
    numbers = {item.file_name: str(number) for number, item in enumerate(comparison.deliveries, 1)}
    for annex in dict.fromkeys(change.annex for change in comparison.changes):
        lines += ["", *_annex(annex, [c for c in comparison.changes if c.annex == annex], numbers, limit)]
    return "\n".join(lines)


def _annex(annex: str, changes: list[Change], numbers: dict[str, str], limit: int) -> list[str]:
    places: dict[tuple[str, int], list[Change]] = {}
    for change in changes:
        places.setdefault((change.key.nis_code, change.key.year), []).append(change)
    flanders = [group for (place, _), group in places.items() if place == FLANDERS]
    others = sorted(place for place in places if place[0] != FLANDERS)
    others.sort(key=lambda place: -_size(_main(places[place])))
    rows = [_row(group, numbers) for group in (*flanders, *(places[place] for place in others[:limit]))]
    count = len({place for place, _ in others})
    lines = [f"{annex}: {len(changes):,} figures, {count} municipalities", table(_HEADER, rows, indent=2, right=_RIGHT)]
    if len(others) > limit:
        lines.append(f"  ... and {len(others) - limit:,} more municipalities and years; --xlsx FILE writes them all")
    return lines


def _main(group: list[Change]) -> Change:
    """The figure that says most: the last total that changed (the grand one), else the first figure."""
    return next((c for c in reversed(group) if "totaal" in c.key.measure.lower()), group[0])


def _size(change: Change) -> Decimal:
    return abs(change.difference) if isinstance(change.difference, Decimal) else Decimal(0)


def _row(group: list[Change], numbers: dict[str, str]) -> tuple[str, ...]:
    main = _main(group)
    because = [_REASONS.get(cause, cause) for cause in main.causes if cause not in numbers]
    named = ",".join(sorted((numbers[cause] for cause in main.causes if cause in numbers), key=int))
    figures = (_figure_text(main.old), _figure_text(main.new), _figure_text(main.difference, sign=True))
    place = (main.municipality, str(main.key.year), main.key.measure[:44])
    return (*place, *figures, str(len(group)), "; ".join(filter(None, [named, *because])))


def _figure_text(value: Value, sign: bool = False) -> str:
    """A figure with a comma between thousands, as elsewhere on the terminal; "-" when it is not there."""
    if isinstance(value, int | float | Decimal):
        return f"{Decimal(str(value)):{'+' if sign else ''},}"
    return "-" if value is None else str(value)
