"""A delivery with more rows than are held at once: read twice, and judged part by part as any other is as a whole.

The first reading finds the keys that come more than once, by a hash of eight bytes a row. The second judges each part
as it comes. Rows whose hash came more than once wait, in memory and compressed, until all of them are known, since only
together they show which of them repeat or contradict each other; then they are judged in parts of their own, each with
all rows of its keys. What comes of a part is written to a file of its own, which nobody takes for a delivery; when the
whole turned out sound, these become one file of the lake and one of the quarantine, with the rows in their order.
"""

import os
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb
from duckdb import DuckDBPyConnection

from expectations import suite
from expectations.contract import SourceContract
from orchestration.ingest import judging, parsing, validation
from orchestration.ingest.inbox import Delivery, DeliveryError, Remark
from orchestration.ingest.judging import Counts
from orchestration.ingest.readers import apart
from orchestration.ingest.readers.apart import FilePart
from orchestration.ingest.readers.limits import Limits, too_much_to_validate
from orchestration.ingest.storage import Pieces
from orchestration.store.paths import DataFolder
from orchestration.store.sql import literal
from orchestration.store.wording import rijen

if TYPE_CHECKING:
    import numpy as np

NUMBER = 0
"""Of the delivery, in each of its parts."""
ONE_KEY = apart.ROWS
"""Rows that may have the same key, at most, since they are judged together; and rows that may have none, since a few
kilobytes can hold any number of those."""


@dataclass(frozen=True)
class Surveyed:
    """A delivery that was read once."""

    delivery: Delivery
    repeated: "np.ndarray"
    """Hashes of keys that come more than once."""
    waiting: int
    """Rows with these."""


@dataclass(frozen=True)
class Verdict:
    """On a delivery that was read twice. Its pieces are there until they are joined or discarded."""

    lake: Pieces
    quarantine: Pieces
    counts: list[Counts] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def keep(self) -> Counts:
        """Makes the files of the lake and, if rows broke a rule, of the quarantine; returns the counts of all."""
        counts = judging.total(self.counts)
        if counts["reasons"]:
            self.quarantine.join()
        self.lake.join()
        return counts


@dataclass(frozen=True)
class InParts:
    """How deliveries of one source are judged of which no more than `rows` are held at once."""

    contract: SourceContract
    rows: int
    key: bytes
    limits: Limits
    validate: validation.Validate = suite.validate

    def survey(self, delivery: Delivery, parts: Iterable[FilePart]) -> Surveyed:
        """Reads a delivery. Raises `DeliveryError` when it cannot be read, or has one key or none in too many rows."""
        import numpy as np  # slow to import, and only a load comes here

        found: list[np.ndarray] = []
        size, rows = 0, 0
        for part in parts:
            with duckdb.connect() as con:
                self._take(con, part)
                parsing.create_key_hashes(con, self.contract, self.key)
                own = np.asarray(con.execute("select hash from key_hashes").fetchnumpy()["hash"])
                rows += con.execute("select count(*) from raw").fetchall()[0][0]
            found.append(own)
            size += len(own)
            if rows - size > ONE_KEY:
                raise _no_key(ONE_KEY)
            if own.itemsize * size > self.limits.memory:
                raise too_much_to_validate(self.limits)
        hashes = np.empty(size, dtype=np.uint64)
        while found:  # one by one, so that they don't lie there twice
            own = found.pop()
            hashes[size - len(own) : size], size = own, size - len(own)
        hashes.sort()
        again = hashes[1:][hashes[1:] == hashes[:-1]]
        repeated, times = np.unique(again, return_counts=True)
        if (times >= ONE_KEY).any():  # without the first
            raise _one_key(ONE_KEY)
        return Surveyed(delivery, repeated, len(again) + len(repeated))

    @contextmanager
    def verdict(self, data: DataFolder, surveyed: Surveyed) -> Generator[Verdict]:
        """Reads a delivery again, and judges it. Raises `DeliveryError` as `survey` does."""
        delivery = surveyed.delivery
        name = f"{delivery.delivery_id}.parquet"
        source = self.contract.source
        done = Verdict(Pieces(data.lake / source / name, "_row"), Pieces(data.quarantine / source / name, "row_number"))
        waiting: list[int] = []
        try:
            with closing(apart.parts(self.contract, delivery, self.limits, self.rows)) as parts:
                for part in parts:
                    with duckdb.connect(self._database) as con:
                        done.remarks[:] = self._take(con, part)
                        (first,) = con.execute("select min(_row) from raw").fetchall()[0]
                        if surveyed.waiting:
                            waiting += self._set_aside(con, surveyed)
                        if first is not None:
                            self._judge(con, delivery, done, first)
            groups = 2 * surveyed.waiting // self.rows + 1
            for group in range(groups if waiting else 0):
                with duckdb.connect(self._database) as con:
                    self._prepare(con)
                    _bring_back(con, waiting, f"hash % {groups} = {group}")
                    self._judge(con, delivery, done, None)
            yield done
        finally:
            for file in waiting:
                os.close(file)
            done.lake.discard()
            done.quarantine.discard()

    @property
    def _database(self) -> str:
        return f":memory:ingest_{self.contract.source}"

    def _prepare(self, con: DuckDBPyConnection) -> None:
        judging.prepare_database(con, self.contract)
        con.execute(f"set memory_limit = '{self.limits.validating}B'; set enable_external_file_cache = false")

    def _take(self, con: DuckDBPyConnection, part: FilePart) -> list[Remark]:
        self._prepare(con)
        return part.take(con, NUMBER)

    def _judge(self, con: DuckDBPyConnection, delivery: Delivery, done: Verdict, first: int | None) -> None:
        """`first`: the number of the first row of a part; None for rows that waited."""
        days = {NUMBER: delivery.delivered_on}
        judging.judge(con, self._database, self.contract, days, self.key, self.validate)
        counts = judging.counts_of(con, self.contract).get(NUMBER, judging.NOTHING)
        places = done.lake.new(first), done.quarantine.new(first)
        judging.keep(con, self.contract, NUMBER, delivery, counts, *places)
        if counts is not judging.NOTHING:
            done.counts.append(counts)

    def _set_aside(self, con: DuckDBPyConnection, surveyed: Surveyed) -> Sequence[int]:
        """Takes the rows that must wait out of `raw`, into a file that lies in memory alone."""
        parsing.create_key_hashes(con, self.contract, self.key)
        con.register("repeated", {"hash": surveyed.repeated})
        con.execute("create temp table waiting as from key_hashes where hash in (select hash from repeated)")
        con.unregister("repeated")
        (rows,) = con.execute("select count(*) from waiting").fetchall()[0]
        if not rows:
            return ()
        file = os.memfd_create("waiting")
        con.execute(
            f"copy (select raw.*, hash from raw join waiting using (_row)) to {literal(_place(file))} "
            "(format parquet, compression zstd, use_tmp_file false)"
        )
        con.execute("delete from raw where _row in (select _row from waiting)")
        return (file,)


def _bring_back(con: DuckDBPyConnection, files: Sequence[int], condition: str) -> None:
    places = ", ".join(literal(_place(file)) for file in files)
    con.execute(f"insert into raw select * exclude (hash) from read_parquet([{places}]) where {condition}")


def _place(file: int) -> str:
    return f"/proc/self/fd/{file}"


def _one_key(rows: int) -> DeliveryError:
    return DeliveryError(
        f"has one key in more than {rows:,} rows; export it again, with a key of its own in each row",
        f"heeft een zelfde sleutel in meer dan {rijen(rows)}; exporteer het opnieuw, met een eigen sleutel in elke rij",
    )


def _no_key(rows: int) -> DeliveryError:
    return DeliveryError(
        f"has more than {rows:,} rows without a key, or with another number of fields than the header; export it again",
        f"heeft meer dan {rijen(rows)} zonder sleutel, of met een ander aantal velden dan de kopregel; "
        "exporteer het opnieuw",
    )
