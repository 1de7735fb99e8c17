"""Reads a publication: the folder of Parquet files that a successful build leaves. Nothing else is read.

The folder's symbolic link (`published/current`) is resolved once, so that everything in one annex comes from one
publication, also when a newer one is put in its place meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exports.figures.reads import note, unnoted
from orchestration.store.errors import TweError
from orchestration.store.sql import quote, read_parquet

if TYPE_CHECKING:
    import duckdb

UNASSIGNED = "99999"
"""NIS code of what can't be put in a municipality of the reporting geography ("Niet toewijsbaar")."""


class PublicationError(TweError):
    """The publication is incomplete or contradicts itself. The message says what, where and what to do."""


@dataclass(frozen=True)
class Facts:
    """The one row of `publication.parquet` that an annex shows (not published_at: it differs at every build)."""

    as_of: dt.date
    geography_date: dt.date
    code_version: str
    engine: str
    synthetic: bool


def same_code(one: str, other: str) -> bool:
    """Whether two code versions, such as `0.1.0+3f2a9c1d`, compute figures in the same way: the version of the package
    does not matter."""
    return one.rpartition("+")[2] == other.rpartition("+")[2]


@dataclass(frozen=True)
class Municipality:
    nis_code: str
    municipality: str
    province: str
    is_centre_city: bool
    arrondissement: str = ""
    """Empty in what was kept before arrondissements were shown."""


UNALLOCATED = Municipality(UNASSIGNED, "Niet toewijsbaar", "Niet toewijsbaar", False, "Niet toewijsbaar")


@dataclass(frozen=True)
class Label:
    code: str
    text: str


@dataclass(frozen=True)
class UsedDelivery:
    file_name: str
    source: str
    delivered_on: dt.date
    sha256: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_warned: int
    suite_version: str | None


@dataclass(frozen=True)
class Delivered:
    """When the deliveries of a source came in."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class PublishedRuleCount:
    """Rows that broke a rule: `on_fail` is reject or warn."""

    source: str
    rule: str
    on_fail: str
    rows: int


def _columns(row: type[Facts | Municipality | UsedDelivery]) -> tuple[str, ...]:
    """The columns of the relation that a dataclass has a row of."""
    return tuple(field.name for field in fields(row))


@lru_cache(maxsize=1)
def _engine() -> duckdb.DuckDBPyConnection:
    """One for all publications that this process opens: starting one takes longer than most of what is asked of it."""
    import duckdb

    return duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False})


class PublicationReader:
    """An open publication; use it as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        if not self.folder.is_dir():
            raise PublicationError(f"no publication at {folder}: run the build first")
        self._connection = _engine().cursor()

    def __enter__(self) -> PublicationReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def rows(
        self,
        relation: str,
        columns: Sequence[str],
        *,
        where: dict[str, Any] | None = None,
        order_by: Sequence[str] = (),
    ) -> list[tuple[Any, ...]]:
        """The columns asked for, of the rows where every `where` column has (one of) the given value(s)."""
        import duckdb

        path = self.folder / f"{relation}.parquet"
        if not path.is_file():
            raise PublicationError(f"{path.name} is missing from the publication {self.folder}: build it again")
        parameters: list[Any] = []
        conditions = []
        for column, value in (where or {}).items():
            values = list(value) if isinstance(value, tuple | list | range) else [value]
            parameters.extend(values)
            conditions.append(f"{quote(column)} in ({', '.join('?' * len(values))})" if values else "false")
        sql = f"select {', '.join(map(quote, columns))} from {read_parquet(path)}"
        if conditions:
            sql += f" where {' and '.join(conditions)}"
        if order_by:
            sql += f" order by {', '.join(quote(column) + ' nulls last' for column in order_by)}"
        try:
            found = self._connection.execute(sql, parameters).fetchall()
        except duckdb.Error as error:
            first = str(error).splitlines()[0]
            raise PublicationError(f"{path}: cannot be read as the contract says: {first}") from error
        note(relation, columns, where, order_by, found)
        return found

    @cached_property
    def version(self) -> tuple[object, ...]:
        """Tells this publication from every other, and from one with other content in its place."""
        files = [(path.name, path.stat()) for path in sorted(self.folder.glob("*.parquet"))]
        return self.folder, *((name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in files)

    @cached_property
    def facts(self) -> Facts:
        rows = self.rows("publication", _columns(Facts))
        file = f"publication.parquet in {self.folder}"
        if len(rows) != 1:
            raise PublicationError(f"{file} has {len(rows)} rows instead of 1: build it again")
        as_of, geography_date, code_version, engine, synthetic = rows[0]
        if as_of is None or geography_date is None:
            raise PublicationError(f"{file} has no as_of or geography_date: build it again")
        return Facts(as_of, geography_date, str(code_version), str(engine), bool(synthetic))

    @cached_property
    def municipalities(self) -> tuple[Municipality, ...]:
        """Every municipality of the reporting geography, by NIS code; "Niet toewijsbaar" last where it occurs."""
        rows = self.rows("municipalities", _columns(Municipality), order_by=("nis_code",))
        return tuple(Municipality(*row) for row in rows)

    @cached_property
    def _labels(self) -> dict[str, tuple[Label, ...]]:
        rows = self.rows("labels", ("label_set", "code", "label_nl"), order_by=("label_set", "sort_order", "code"))
        sets: dict[str, list[Label]] = {}
        for label_set, code, text in rows:
            sets.setdefault(label_set, []).append(Label(code, text))
        return {name: tuple(labels) for name, labels in sets.items()}

    def labels(self, label_set: str) -> tuple[Label, ...]:
        """Codes and Dutch labels of one set, in reading order."""
        if label_set not in self._labels:
            raise PublicationError(
                f"labels.parquet in {self.folder} has no set {label_set!r}; it has {', '.join(self._labels)}: "
                "add the set to the code lists or class sets, and build again"
            )
        return self._labels[label_set]

    def has(self, relation: str) -> bool:
        """Whether the publication holds the relation: older ones lack what was added since."""
        found = (self.folder / f"{relation}.parquet").is_file()
        note(relation, (), None, (), found)
        return found

    def deliveries(self, sources: Sequence[str]) -> list[UsedDelivery]:
        """Accepted deliveries of these sources in order of arrival."""
        accepted = {"status": "accepted", "source": tuple(sources)}
        columns = _columns(UsedDelivery)[:-1]  # the suite's version stands in the checks of a delivery
        rows = self.rows("deliveries", columns, where=accepted, order_by=("delivered_on", "file_name"))
        versions: dict[str, str] = {}
        if self.has("quality_checks"):
            of = {"judged_by": "door", "file_name": [row[0] for row in rows]}
            versions = dict(self.rows("quality_checks", ("file_name", "suite_version"), where=of))
        return [UsedDelivery(*row, versions.get(row[0])) for row in rows]

    def delivered(self, sources: Sequence[str]) -> dict[str, Delivered]:
        """Of each of these sources of which a delivery was accepted, when. What is made of this alone stays the same
        when a delivery more changes nothing of it."""
        with unnoted():
            deliveries = self.deliveries(sources)
        found = {}
        for source in sorted({item.source for item in deliveries}):
            days = [item.delivered_on for item in deliveries if item.source == source]
            found[source] = Delivered(min(days), max(days))
        note("delivered()", sources, None, (), found)
        return found

    def findings(self, deliveries: Sequence[UsedDelivery]) -> list[PublishedRuleCount]:
        """Rows per source and rule: what ingest found in these deliveries, and what only the warehouse could see."""
        names = {item.file_name for item in deliveries}
        counts: Counter[tuple[str, str, str]] = Counter()
        for relation, fixed in (("quarantine_reasons", None), ("warehouse_findings", "warn")):
            if not self.has(relation):
                continue
            columns = ("source", "rule", "file_name", "rows", *(() if fixed else ("on_fail",)))
            of = {"source": sorted({item.source for item in deliveries})}
            for source, rule, file_name, rows, *on_fail in self.rows(relation, columns, where=of):
                if file_name in names:
                    counts[source, rule, fixed or on_fail[0]] += rows
        return [PublishedRuleCount(*key, rows) for key, rows in sorted(counts.items())]
