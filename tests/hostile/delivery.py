"""One delivery: new keys, corrections, withdrawals, come-backs, copies and conflicts, and rows that go wrong."""

from pathlib import Path
from typing import Any

from ..oracle.sources import SOURCES
from .facts import NEW_ROW
from .files import Sheet, write
from .mutations import Deck
from .values import ErrorCell, Raw
from .world import Fact, World

EXTRA = ("opmerking", "Naam OCMW", "__index_level_0__", "klant id", "a;b,c", "traject", "datum?")
NOTES = (
    None,
    None,
    Raw("regel een\nregel twee"),
    Raw('zegt "ja"; of, nee'),
    Raw("café à 5 €"),
    Raw(";"),
    Raw(","),
    Raw("'"),
    Raw("=HYPERLINK(1)"),
    Raw('"'),
    Raw("2020-01-01"),
    Raw("NULL"),
    Raw("een; twee\r\ndrie, vier"),
    ErrorCell("#N/A"),
)


def make_delivery(world: World, deck: Deck, source: str, path: Path) -> None:
    """Write one delivery of a source."""
    rng = world.rng
    low, high = world.options.rows
    rows: list[Fact] = []
    used: set[tuple] = set()
    for _ in range(rng.randint(low, high)):
        row = next_row(world, source, used)
        if row is not None:
            rows.append(spoil(world, deck, source, row))
    if rng.random() < 0.5:
        rows += conflicts(world, source, rows)
    if rng.random() < 0.3:
        rows.append({column.name: None for column in SOURCES[source].columns})
    rng.shuffle(rows)
    write(path, sheet_of(world, source, rows, path.suffix), rng)


def key_of(source: str, row: Fact) -> tuple:
    return tuple(row[name] for name in SOURCES[source].key)


def next_row(world: World, source: str, used: set[tuple]) -> Fact | None:
    """A row with a key that this delivery has not used; None when the draw was used already."""
    rng, delivered = world.rng, world.delivered[source]
    known = [key for key in delivered if key not in used]
    gone = [key for key in known if delivered[key].get("verwijderd")]
    draw = rng.random()
    if not known or draw < 0.55:
        row = NEW_ROW[source](world)
    elif gone and draw < 0.65:  # a withdrawn key comes back
        row = delivered[rng.choice(gone)] | {"verwijderd": rng.choice((None, False))}
    elif draw < 0.85:  # a correction: another content under the same key
        row = corrected(world, source, delivered[rng.choice(known)])
    elif draw < 0.9:
        row = dict(delivered[rng.choice(known)])
    else:
        row = delivered[rng.choice(known)] | {"verwijderd": True}
    key = key_of(source, row)
    if key in used:
        return None
    used.add(key)
    delivered[key] = row
    return row


def corrected(world: World, source: str, row: Fact) -> Fact:
    fresh = world.trajectory() if source == "trajecten" else NEW_ROW[source](world)
    keep = set(SOURCES[source].key)
    if world.rng.random() < 0.7:  # usually the client and the trajectory stay the same
        keep |= {"klant_id", "traject_id"}
    return fresh | {name: row[name] for name in keep if name in row} | {"verwijderd": None}


def spoil(world: World, deck: Deck, source: str, row: Fact) -> Fact:
    """Perhaps break a rule; of a withdrawn row only the key is looked at, so the rest may be anything."""
    rng = world.rng
    if not row.get("verwijderd"):
        return deck.break_row(world, row) if rng.random() < world.options.bad_share else row
    if rng.random() < 0.15:
        return row | {SOURCES[source].key[0]: rng.choice((None, Raw("z" * 37)))}
    rest = [column.name for column in SOURCES[source].columns if column.name not in SOURCES[source].key]
    kind = rng.random()
    if kind < 0.4:
        return row | dict.fromkeys(rest)
    return row | dict.fromkeys(rest, Raw("maakt niet uit")) if kind < 0.6 else row


def conflicts(world: World, source: str, rows: list[Fact]) -> list[Fact]:
    """Rows that share a key with another row of the delivery and say something else."""
    result = []
    for row in world.rng.sample(rows, min(2, len(rows))):
        if all(isinstance(value, str) for value in key_of(source, row)):
            other = dict(row) if row.get("verwijderd") else row | {"verwijderd": True}
            changed = corrected(world, source, row) if world.rng.random() < 0.5 else other
            result.append(changed | {name: row[name] for name in SOURCES[source].key})
    return result


def sheet_of(world: World, source: str, rows: list[Fact], suffix: str) -> Sheet:
    """Columns in any order and case, extra ones between them, an optional one perhaps left out."""
    rng = world.rng
    columns = list(SOURCES[source].columns)
    optional = [column for column in columns if not column.required]
    if optional and rng.random() < 0.12:
        columns.remove(rng.choice(optional))
    kinds: dict[str, str] = {column.name: column.kind for column in columns}
    if any(row.get("verwijderd") is not None for row in rows) or rng.random() < 0.3:
        kinds["verwijderd"] = "yesno"
    kinds |= dict.fromkeys(rng.sample(EXTRA, rng.choice((0, 0, 1, 2))), "extra")
    order = list(kinds)
    rng.shuffle(order)
    written = [odd_header(world, name) for name in order]
    kind_list = [kinds[name] for name in order]
    values = [[value_of(world, row, name, kinds[name]) for name in order] for row in rows]
    if suffix != ".parquet" and rng.random() < 0.2:  # columns without a name, and an unknown one twice
        for name in ("", "  ", "opmerking", "opmerking"):
            written.insert(0, name)
            order.insert(0, "")
            kind_list.insert(0, "extra")
            values = [[rng.choice(NOTES), *row] for row in values]
    copies = rng.sample(range(len(rows)), min(len(rows), rng.choice((0, 1, 2))))
    keys = [order.index(name) for name in SOURCES[source].key if name in order]
    return Sheet(written, kind_list, values, copies + copies[:1] if rng.random() < 0.3 else copies, keys)


def value_of(world: World, row: Fact, name: str, kind: str) -> Any:
    return world.rng.choice(NOTES) if kind == "extra" else row.get(name)


def odd_header(world: World, name: str) -> str:
    draw = world.rng.random()
    if draw < 0.6:
        return name
    return world.rng.choice((name.upper(), name.title(), f" {name}", f"{name} ", f"  {name.upper()} "))
