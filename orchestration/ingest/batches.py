"""Deliveries in parts that are validated together: as large as memory allows, since a part costs time of its own."""

from collections.abc import Callable, Iterator, Sequence

import duckdb

from orchestration.ingest.inbox import Delivery

BATCH_BYTES = 48 * 1024**2
"""Up to this size of their files, as CSV, deliveries are validated together: a million rows or so."""
BATCH_ROWS = 1_500_000
"""Rows of several deliveries that are validated together, at most; each takes a kilobyte or so."""
AS_CSV = {"csv": 1, "xlsx": 3, "parquet": 12}
"""How much larger the rows of a file are as CSV; of Parquet it may be anything."""
NO_MEMORY = "Out of Memory"


class TooManyRowsError(MemoryError):
    """Deliveries have more rows than the size of their files let expect, so they are validated in smaller batches."""


def batches(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """The deliveries in parts that are validated together."""
    batch: list[Delivery] = []
    size = 0
    for delivery in deliveries:
        own = delivery.bytes * AS_CSV[delivery.format]
        if batch and size + own > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(delivery)
        size += own
    if batch:
        yield batch


def without_room(batch: Sequence[Delivery], work: Callable[[Sequence[Delivery]], None]) -> Iterator[Delivery]:
    """Does `work` on a batch; where memory does not allow it, on ever smaller parts of it. Gives the deliveries that
    take too much even alone. `work` must leave nothing behind when it fails."""
    try:
        work(batch)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
    else:
        return
    if len(batch) == 1:
        yield batch[0]
        return
    middle = len(batch) // 2
    yield from without_room(batch[:middle], work)
    yield from without_room(batch[middle:], work)


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether want of memory is behind an error; other libraries raise errors of their own, with DuckDB's words."""
    while error is not None:
        if isinstance(error, MemoryError | duckdb.OutOfMemoryException) or NO_MEMORY in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False
