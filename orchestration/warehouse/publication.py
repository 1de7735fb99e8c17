"""Publications: the marts of one build in a folder of its own, and `current`, a link to the newest, which moves last.

A failed or killed build leaves every earlier publication, and `current`, as they were.
"""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import duckdb

from exports.dictionary import DescribedTable
from exports.disclosure.cell_key.keys import CellSecrets
from orchestration.ingest.inbox import is_synthetic
from orchestration.ingest.ledger import Entry, accepted_until
from orchestration.store import chain, files
from orchestration.store.files import TEMPORARY, replaced
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal, quote
from orchestration.warehouse import key_sums
from orchestration.warehouse.code_version import code_version, figures_digest
from orchestration.warehouse.run_dates import RunDates

ABOUT_DELIVERIES = frozenset(
    (
        "deliveries",
        "number_changes",
        "quality_by_ocmw",
        "quality_checks",
        "quarantine_reasons",
        "warehouse_findings",
    )
)
"""Published tables without a figure: what came in and what was found in it. They change with every delivery."""
KEPT = 10
"""How many publications stay on disk: the newest ones, and always the current one."""
FACTS = "publication.json"
DATABASE = "marts.duckdb"
SCHEMA = "marts"
"""Schema of the warehouse of which every table is published. In marts.duckdb they are in the main schema: DuckDB takes
`marts` in `marts.<table>` for the name of the file, so both `<table>` and `marts.<table>` work there."""


@dataclass(frozen=True)
class Publication:
    """A published build. `inputs` is the digest of all that decides its figures (see `inputs_digest`); `published_at`
    is in UTC, without zone."""

    path: Path
    as_of: dt.date
    geography_date: dt.date
    synthetic: bool
    code_version: str
    inputs: str
    published_at: dt.datetime
    tables: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Table -> SHA-256 of its Parquet file: the same rows give the same bytes. Empty in older publications."""

    @property
    def figures(self) -> str:
        """Digest of all figures and of what they are said to be of. A delivery that changes no figure leaves it."""
        tables = sorted((name, digest) for name, digest in self.tables.items() if name not in ABOUT_DELIVERIES)
        facts = [str(self.as_of), str(self.geography_date), self.synthetic, tables or self.inputs]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()

    @property
    def database(self) -> Path:
        """The DuckDB file with all tables, read-only."""
        return self.path / DATABASE


def inputs_digest(entries: Sequence[Entry], dates: RunDates) -> str:
    """SHA-256 of everything that decides the figures: deliveries, dates and code. Equal digests mean equal figures."""
    seen = sorted(
        (e.file_name, e.sha256, e.status, e.message, e.suite_version)
        for e in entries
        if e.delivered_on <= dates.as_of or (dates.as_of_is_default and e.status == "rejected")
    )
    facts = [str(dates.as_of), str(dates.geography_date), dates.as_of_is_default, figures_digest(), seen]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def publish(
    data: DataFolder,
    dates: RunDates,
    entries: Sequence[Entry],
    engine: str,
    move_current: bool = True,
    described: Sequence[DescribedTable] = (),
    secrets: CellSecrets | None = None,
) -> tuple[Publication, dict[str, int]]:
    """Copy schema `marts` of the warehouse to a new publication; returns it, and table -> number of rows. The texts of
    `described` become comments on the tables and columns of marts.duckdb. With `secrets` the sums of cell keys are made
    as well.

    `current` moves to it when as_of is the default one, unless `move_current` is False.
    """
    digest = inputs_digest(entries, dates)
    name = f"{dates.as_of}_geo-{dates.geography_date}_{digest[:10]}"
    final, building = data.published / name, data.published / f".{name}{TEMPORARY}"
    accepted = accepted_until(entries, dates.as_of)
    publication = Publication(
        path=final,
        as_of=dates.as_of,
        geography_date=dates.geography_date,
        synthetic=any(is_synthetic(e.file_name) for e in accepted),
        code_version=code_version(),
        inputs=digest,
        published_at=_after_all_others(data, dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)),
    )
    for stale in data.published.glob(f".*{TEMPORARY}") if data.published.is_dir() else []:
        shutil.rmtree(stale) if stale.is_dir() and not stale.is_symlink() else stale.unlink()  # `current` is a link
    building.mkdir(parents=True)
    rows = _copy_tables(data.warehouse, building, publication, engine, described)
    publication = replace(publication, tables=_digests(building, rows))
    if secrets:
        key_sums.write(data, final, secrets)
    facts = {k: v for k, v in asdict(publication).items() if k != "path"}
    (building / FACTS).write_text(json.dumps(facts, default=str, indent=1), encoding="utf-8")
    if final.exists():  # made from the same inputs, so it holds the same figures, and readers may have it open
        shutil.rmtree(building)
        publication = _read(final)
    else:
        made = {f"published/{name}/{path.name}": files.digest(path) for path in sorted(building.iterdir())}
        chain.record(data.root, "published", files=made)
        building.rename(final)
    if dates.as_of_is_default:
        with duckdb.connect(str(data.warehouse), read_only=True) as con, replaced(data.warehouse_findings) as temporary:
            findings = "(from facts.fct_warehouse_finding order by all)"  # the same rows are the same bytes
            con.execute(f"copy {findings} to {literal(temporary)} (format parquet)")
            place = data.warehouse_findings.relative_to(data.root).as_posix()
            chain.record(data.root, "findings", files={place: files.digest(temporary)})
    if dates.as_of_is_default and move_current:
        chain.record(data.root, "current", current=name)
        with replaced(data.current) as link:
            link.symlink_to(name)
    _prune(data)
    key_sums.keep_only(data, {publication.path.name for publication in published(data)})
    return publication, rows


def _after_all_others(data: DataFolder, now: dt.datetime) -> dt.datetime:
    """The moment of a new publication: now, unless the clock was set back. The oldest are removed, never the newest."""
    newest = max((publication.published_at for publication in published(data)), default=dt.datetime.min)
    return max(now, newest + dt.timedelta(seconds=1))


def _copy_tables(
    warehouse: Path, folder: Path, publication: Publication, engine: str, described: Sequence[DescribedTable]
) -> dict[str, int]:
    rows: dict[str, int] = {}
    with duckdb.connect(str(folder / DATABASE)) as con:
        con.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        found = con.execute(
            "select table_name from information_schema.tables where table_catalog = 'warehouse' and table_schema = ? "
            "order by 1",
            [SCHEMA],
        ).fetchall()
        tables = [name for (name,) in found]
        for table in tables:
            # Sorted, so that the same figures give the same files.
            con.execute(f"create table {quote(table)} as from warehouse.{SCHEMA}.{quote(table)} order by all")
        con.execute(
            "create table publication as select cast($as_of as date) as as_of, "
            "cast($geography_date as date) as geography_date, cast($published_at as timestamp) as published_at, "
            "$code_version as code_version, $engine as engine, $synthetic as synthetic",
            {name: value for name, value in asdict(publication).items() if name not in ("path", "inputs", "tables")}
            | {"engine": engine},
        )
        for table in [*tables, "publication"]:
            path = folder / f"{table}.parquet"
            con.execute(f"copy (from {quote(table)}) to {literal(path)} (format parquet, compression zstd)")
            rows[table] = con.execute(f"select count(*) from {quote(table)}").fetchall()[0][0]
        con.execute("detach warehouse")
        _comment(con, [table for table in described if table.name in rows])
    files.make_read_only(folder / DATABASE)
    return rows


def _digests(folder: Path, names: Iterable[str]) -> dict[str, str]:
    held = sorted(set(names) - {"publication"})  # that one holds the moment
    return {name: files.digest(folder / f"{name}.parquet") for name in held}


def _comment(con: duckdb.DuckDBPyConnection, described: Sequence[DescribedTable]) -> None:
    for table in described:
        con.execute(f"comment on table {quote(table.name)} is {literal(table.comment)}")
        for column in table.columns:
            con.execute(f"comment on column {quote(table.name)}.{quote(column.name)} is {literal(column.comment)}")


def published(data: DataFolder) -> list[Publication]:
    """All publications, newest first."""
    found = [_read(p.parent) for p in data.published.glob(f"[0-9]*/{FACTS}")]
    return sorted(found, key=lambda p: (p.published_at, p.path.name), reverse=True)


def find(data: DataFolder, digest: str) -> Publication | None:
    """The publication made from exactly these inputs, if there is one."""
    return next((p for p in published(data) if p.inputs == digest), None)


def of_dates(data: DataFolder, entries: Sequence[Entry], dates: RunDates) -> Publication | None:
    """The publication of these dates from the deliveries and the code as they are now, if there is one."""
    return find(data, inputs_digest(entries, dates))


def current(data: DataFolder) -> Publication | None:
    """The publication that `current` points to; None before the first one."""
    return _read(data.current.resolve()) if (data.current / FACTS).exists() else None


def current_facts(data: DataFolder) -> Path | None:
    """The file with the facts of what `current` leads to, wherever that is; None before the first publication."""
    return data.current.resolve() / FACTS if data.current.is_symlink() else None


def _read(folder: Path) -> Publication:
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    days = {k: dt.date.fromisoformat(facts[k]) for k in ("as_of", "geography_date")}
    return Publication(path=folder, **facts | days | {"published_at": dt.datetime.fromisoformat(facts["published_at"])})


def _prune(data: DataFolder) -> None:
    keep = current(data)
    for publication in published(data)[KEPT:]:
        if keep is None or publication.path != keep.path:
            chain.record(data.root, "removed", gone=[publication.path.relative_to(data.root).as_posix()])
            shutil.rmtree(publication.path)
