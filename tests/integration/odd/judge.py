"""One inbox of odd files through the door, and what is wrong with what became of them.

Nothing is run but the door itself: the look at the inbox, the load of every source, and the oracle beside them.
"""

import datetime as dt
import re
import resource
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random

import duckdb

from expectations import contract
from orchestration.ingest import inbox as look
from orchestration.ingest import ledger as written
from orchestration.ingest.ledger import Entry
from orchestration.ingest.load import SourceLoad, load_source
from orchestration.ingest.validation import by_routing
from orchestration.store.paths import DataFolder
from orchestration.store.settings import READ_MEMORY
from tests.hostile.odd import books, columns, containers, disguised, places, separated
from tests.hostile.odd.kinds import Kind, Verdict
from tests.hostile.world import Options, World
from tests.oracle import Ledger
from tests.oracle.door import Delivery, deliver_one, digest, masked_name, name_parts
from tests.oracle.geography import load as geography
from tests.oracle.sources import SOURCES
from tests.support.compare import delivery_differences
from tests.support.deliveries import KEY

KINDS = [*separated.KINDS, *books.KINDS, *containers.KINDS, *columns.KINDS, *disguised.KINDS]
BATCH = 100
MEMORY = READ_MEMORY + 256 * 1024**2
"""What a process may take at most, in bytes: the limit of reading, and what the reader is before it reads."""
LARGE = 10_000
"""Rows from which a file is only counted."""
TODAY = dt.date(2030, 1, 1)
# What a message says of a place or a limit; no value of a file.
ALLOWED = re.compile(
    r"(row|rij) \d+|\d[\d,]* (rows|columns|rijen|kolommen)|as far as [A-Z]+\d+|tot [A-Z]+\d+|(UTF-|Windows-)\d+"
)


@dataclass
class Judged:
    """faults: lines that name the file. outcomes: how often what came of files of a kind of verdict."""

    faults: list[str] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    memory: int = 0
    files: int = 0


def deal(rng: Random, count: int, heavy: bool) -> list[Kind]:
    """Kinds for `count` files, in the share that each has."""
    kinds = [kind for kind in KINDS if heavy or not kind.heavy]
    return rng.choices(kinds, [kind.share for kind in kinds], k=count)


def judge(folder: Path, seed: int, number: int, count: int = BATCH, heavy: bool = False) -> Judged:
    """Makes batch `number` of a seed in an empty folder, loads it and compares."""
    rng = Random(f"{seed}-{number}")
    data = DataFolder(folder / rng.choice(places.FOLDERS) / "data")
    data.inbox.mkdir(parents=True)
    world = World(rng, Options(clients=20, trajectories=40))
    world.populate()
    made = dict(make(world, data.inbox, deal(rng, count, heavy)))
    strange = places.strew(rng, data.inbox, b"traject_id\n1\n")
    judged = Judged(files=len(made) + len(strange))
    forget_peak()
    found, loads = through_the_door(data)
    judged.memory = peak()
    if judged.memory > MEMORY:
        judged.faults.append(f"{judged.memory / 1e6:,.0f} MB of memory for {', '.join(k.name for k in made.values())}")
    judged.faults += misplaced(found, made, strange)
    of_name = {path.name: path for path in data.inbox.iterdir()}
    entries = {e.file_name: e for e in written.read(data.ledger)}
    kept = counted(data.lake), counted(data.quarantine, "outcome = 'quarantined'")
    loaded = rows_of_lake(data, kept[0])
    if nameless := counted(data.quarantine, "len(rules) = 0 or row_number < 1"):
        judged.faults += [f"{name}: rows in quarantine without a rule or number" for name, n in nameless.items() if n]
    told = oracle([of_name[name] for name, kind in made.items() if kind.verdict in (Verdict.ORACLE, Verdict.EITHER)])
    repeated = {name for done in loads for name, _ in done.repeats}
    for name, kind in made.items():
        if name in repeated:
            judged.outcomes["repeated"] += 1
            continue
        entry = entries.get(name)
        lines = [*wrong(kind, entry, *kept), *different(kind, entry, told.get(name), loaded)]
        judged.faults += [f"{name} ({kind.name}, {kind.suffix}): {line}" for line in lines]
        judged.outcomes[entry.status if entry else "forgotten"] += 1
        judged.outcomes["quarantined rows"] += entry.rows_quarantined if entry else 0
        judged.outcomes["accepted rows"] += entry.rows_accepted if entry else 0
    judged.outcomes["no delivery"] += len(strange)
    return judged


def judge_alone(seed: int, number: int, heavy: bool) -> Judged:
    with tempfile.TemporaryDirectory() as folder:
        return judge(Path(folder), seed, number, heavy=heavy)


def make(world: World, inbox: Path, kinds: Sequence[Kind]) -> Iterator[tuple[str, Kind]]:
    for number, kind in enumerate(kinds):
        source = "transmissies" if kind.name.startswith("Arrow") else world.rng.choice(list(SOURCES))
        path = inbox / f"{source}_2024-01-31_n{number}.{kind.suffix}"
        path.write_bytes(kind.make(world, source))
        yield path.name, kind


def through_the_door(data: DataFolder) -> tuple[look.Inbox, list[SourceLoad]]:
    contracts = {name: contract.load(name) for name in contract.sources()}
    versions = {name: each.version for name, each in contracts.items()}
    found = look.scan(data.inbox, list(contracts), [], versions, TODAY)
    loads = []
    for name, each in contracts.items():
        new = [delivery for delivery in found.new if delivery.source == name]
        loads.append(load_source(data, each, new, KEY, "run-1", by_routing))
    return found, loads


def misplaced(found: look.Inbox, made: dict[str, Kind], strange: Sequence[str]) -> Iterator[str]:
    """What the look at the inbox took for something else than it is, or showed raw."""
    new = {delivery.path.name for delivery in found.new}
    yield from (f"{name!r} is taken for a delivery" for name in strange if name in new)
    yield from (f"{name} is taken for no delivery" for name in made if name not in new)
    if len(found.unrecognised) + len(found.unreadable) != len(strange):
        yield f"{len(strange)} files are no delivery, and {len(found.unrecognised)} are said to be none"
    for name, why in chain(found.unrecognised, found.unreadable):
        if not (name + why).isprintable() or "93051822361" in re.sub(r"\D", "", name + why):
            yield f"{name!r} is shown as it is: {why}"


def wrong(kind: Kind, entry: Entry | None, lake: dict[str, int], quarantine: dict[str, int]) -> Iterator[str]:
    """What is wrong with an entry of the ledger by itself."""
    if entry is None:
        yield "is forgotten"
        return
    few = 4 if entry.status == "rejected" else 11  # an unknown column may be called so; only a number of a person not
    for text in (entry.message, entry.message_nl):
        if re.search(rf"(?:[\s./-]?\d){{{few},}}", ALLOWED.sub("", text)) or not text.isprintable():
            yield f"its message tells more than it may: {text[:200]!r}"
    if entry.status == "rejected":
        if not (entry.message and entry.message_nl):
            yield "is refused without a word"
        if entry.rows_read:
            yield "is refused with rows"
        if "makes the program that reads it fail" in entry.message:
            yield f"is no file that its reader knows how to refuse: {entry.message}"
        return
    if kind.verdict is Verdict.REFUSED:
        yield f"is accepted with {entry.rows_read} rows"
    loaded, quarantined = lake.get(entry.delivery_id, 0), quarantine.get(entry.delivery_id, 0)
    if not entry.rows_read == entry.rows_accepted + entry.rows_quarantined == loaded + quarantined:
        yield f"{entry.rows_read} rows read, {loaded} in the lake and {quarantined} in quarantine"


def different(kind: Kind, entry: Entry | None, told: Delivery | None, loaded: dict) -> Iterator[str]:
    """What the oracle sees otherwise."""
    if entry is None or told is None:
        return
    if told.status == entry.status == "accepted":
        row = {name: getattr(entry, name) for name in ("file_name", "source", "delivered_on", "sha256", "rows_read")}
        row |= {name: getattr(entry, name) for name in ("rows_accepted", "rows_quarantined", "rows_warned")}
        row["reasons"] = [{"rule": r.rule, "on_fail": r.on_fail, "rows": r.rows} for r in entry.reasons]
        yield from delivery_differences(told, row, loaded)
    elif told.status != entry.status and kind.verdict is Verdict.ORACLE:
        yield f"is {entry.status} ({entry.message}), and by the oracle {told.status} ({told.message})"


def oracle(paths: Sequence[Path]) -> dict[str, Delivery]:
    """Every file by itself: what it makes of one that it cannot read at all is nothing."""
    told = {}
    places_then = geography()
    for path in paths:
        parts = name_parts(path.name)
        assert parts
        each = Delivery(masked_name(path.name), parts[0], parts[1], digest(path))
        ledger = Ledger(places_then)
        deliver_one(ledger, each, path, KEY)
        told[path.name] = each
    return told


def rows_of_lake(data: DataFolder, counts: dict[str, int]) -> dict[tuple, dict]:
    """Every loaded row, but for those of files that are too large to compare."""
    loaded = {}
    with duckdb.connect() as con:
        for folder in sorted(data.lake.iterdir()):
            small = [escaped(path) for path in folder.glob("*.parquet") if counts.get(path.stem, 0) < LARGE]
            if small:
                cursor = con.execute("from read_parquet(?)", [small])
                names = [column[0] for column in cursor.description or []]
                rows = (dict(zip(names, row, strict=True)) for row in cursor.fetchall())
                loaded |= {(row["_file_name"], row["_row"]): row for row in rows}
    return loaded


def counted(folder: Path, condition: str = "true") -> dict[str, int]:
    """Rows of every Parquet file below a folder, by the id of its delivery."""
    counts: dict[str, int] = {}
    with duckdb.connect() as con:
        for source in folder.iterdir() if folder.is_dir() else ():
            paths = [escaped(path) for path in source.glob("*.parquet")]
            rows = "read_parquet(?, filename = true)"
            query = f"select filename, count(*) filter (where {condition}) from {rows} group by filename"
            counts |= {Path(name).stem: count for name, count in con.execute(query, [paths]).fetchall()}
    return counts


def escaped(path: Path) -> str:
    """A path that DuckDB takes for no pattern."""
    return re.sub(r"([*?\[\]])", r"[\1]", str(path))


def processes() -> list[Path]:
    """This one, and those that it started: the reader of files."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [Path("/proc/self"), *(Path("/proc") / pid for task in tasks for pid in task.read_text().split())]


def forget_peak() -> None:
    for process in processes():
        (process / "clear_refs").write_text("5")


def peak() -> int:
    """The most memory that one of the processes had since `forget_peak`, or ever had when it is gone."""
    found = [resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]
    for process in processes():
        found += map(int, re.findall(r"VmHWM:\s*(\d+)", (process / "status").read_text()))
    return 1024 * max(found)
