"""Reads files in a process of their own, so that one which makes its reader crash, hang or swell is refused by name.

The process lives as long as it behaves; the next file after one that it did not survive gets a new one. Where there
are no files that lie in memory alone (outside of Linux) files are read in this process, without limits.
"""

import atexit
import json
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest import readers
from orchestration.ingest.inbox import Delivery, DeliveryError, Remark
from orchestration.ingest.readers import limits as refusals
from orchestration.ingest.readers.limits import Limits
from orchestration.store.errors import TweError
from orchestration.store.settings import environment_without_settings
from orchestration.store.sql import literal

IS_POSSIBLE = hasattr(os, "memfd_create")
ROWS = 300_000
"""Of a file that are held at once: each takes a kilobyte or so while it is validated, and a part of a file costs a
fraction of a second of its own."""
START_SECONDS = 120
"""For the process to start, on however slow a machine."""
_NO_MEMORY = (b"memory allocation of", b"bad_alloc", b"MemoryError", b"annot allocate memory")
_START = """
import sys
sys.path[:] = {path!r}
from orchestration.ingest.readers.worker import main
main({rows}, {lifeline}, {memory})
"""
_lock = threading.Lock()

Request = tuple[SourceContract, Delivery, int]
"""What to read, and how many rows are handed over at once, at most."""


class ReaderError(TweError):
    """The process that reads files does not start; no file is at fault."""

    exit_code = 1


class _Ended(Exception):
    """The process is gone, in the middle of a file."""

    def __init__(self, code: int, no_memory: bool) -> None:
        super().__init__()
        self.code, self.no_memory = code, no_memory


class FilePart:
    """Rows of a file, in memory. They are to be taken before the next part is asked for."""

    def __init__(self, remarks: list[Remark] | None, append: Callable[[DuckDBPyConnection, int], list[Remark]]) -> None:
        """`remarks` on the file come with the last part."""
        self.is_last = remarks is not None
        self._append = append

    def take(self, con: DuckDBPyConnection, number: int) -> list[Remark]:
        """Appends the rows to `raw` as those of delivery `number`; returns the remarks that came with them."""
        return self._append(con, number)


def read(
    con: DuckDBPyConnection, contract: SourceContract, delivery: Delivery, number: int, limits: Limits
) -> list[Remark]:
    """Does what `readers.read` does; of a file that is refused no row is left. Raises `DeliveryError` as it does, and
    for a file that its reader did not survive within the limits."""
    remarks: list[Remark] = []
    try:
        for part in parts(contract, delivery, limits, ROWS):
            remarks = part.take(con, number)
    except DeliveryError:
        con.execute("delete from raw where _delivery = ?", [number])
        raise
    return remarks


def parts(contract: SourceContract, delivery: Delivery, limits: Limits, rows: int) -> Generator[FilePart]:
    """The rows of a file in parts of at most `rows`, in the order of the file; one part when there are no more, and
    always of a workbook. Raises what `read` raises, also in the middle of the file.

    The limit of time is on what the reader takes, not on what is done with a part before the next is asked for."""
    if not IS_POSSIBLE:
        yield FilePart([], lambda con, number: readers.read(con, contract, delivery, number))
        return
    with _lock:
        left, last = float(limits.seconds), False
        request: Request | None = (contract, delivery, rows)
        reader = _Reader.get(limits.memory)
        try:
            while not last:
                before = time.monotonic()
                reader, answer = _ask(reader, request, left, limits)
                left -= time.monotonic() - before
                request, last = None, not answer.get("more")
                yield _part(reader, answer, last)
        except GeneratorExit:
            if not last:
                reader.end()  # it waits to be told to go on with this file
            raise


def _part(reader: "_Reader", answer: dict[str, Any], last: bool) -> FilePart:
    remarks = [Remark(*texts) for texts in answer["remarks"]] if last else None

    def append(con: DuckDBPyConnection, number: int) -> list[Remark]:
        # The same name holds other rows every time.
        con.execute("set enable_external_file_cache = false")
        con.execute(f"insert into raw select {number}, * from read_parquet({literal(reader.place)})")
        os.ftruncate(reader.rows, 0)
        return remarks or []

    return FilePart(remarks, append)


def _ask(
    reader: "_Reader", request: Request | None, seconds: float, limits: Limits
) -> tuple["_Reader", dict[str, Any]]:
    """The answer of the process to a request, or to the word to go on. One that the system killed for want of memory is
    not the file's fault, so the file gets another chance, and another process, unless rows of it were taken already."""
    try:
        try:
            answer = reader.ask(request, seconds)
        except _Ended as ended:
            if request is None or ended.code != -signal.SIGKILL:
                raise
            reader = _Reader.get(limits.memory)
            answer = reader.ask(request, seconds)
    except TimeoutError:
        raise refusals.too_much_time(limits) from None
    except _Ended as ended:
        raise _refusal(ended, limits) from None
    if answer.get("memory"):
        _stop()  # what a library could not finish it may not have cleared away either
        raise refusals.too_much_memory(limits)
    if "failed" in answer:
        raise refusals.crashed(answer["failed"])
    if "refused" in answer:
        raise DeliveryError(*answer["refused"])
    return reader, answer


def _refusal(ended: _Ended, limits: Limits) -> DeliveryError:
    if ended.code == -signal.SIGKILL:
        return refusals.machine_short()
    if ended.no_memory:
        return refusals.too_much_memory(limits)
    known = -ended.code in {s.value for s in signal.Signals}
    return refusals.crashed(signal.Signals(-ended.code).name if known else f"exit code {ended.code}")


class _Reader:
    """The process, and what it is talked to by."""

    _running: "_Reader | None" = None

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.rows = os.memfd_create("rows")
        self._noise = os.memfd_create("noise")
        kept, self._lifeline = os.pipe()  # ends with this process, however that ends
        start = _START.format(path=sys.path, rows=self.rows, lifeline=kept, memory=memory)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", start],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._noise,
            pass_fds=(self.rows, kept),
            env=environment_without_settings(),
        )
        os.close(kept)
        assert self._process.stdin and self._process.stdout
        self._requests, self._answers = self._process.stdin, self._process.stdout
        try:
            self._answer(START_SECONDS)
        except (TimeoutError, _Ended):
            raise ReaderError(
                "the process that reads files does not start, so nothing was read",
                remedy="look whether the machine has memory left and TWE_READ_MEMORY is not too low, and start again",
            ) from None

    @property
    def place(self) -> str:
        return f"/proc/self/fd/{self.rows}"

    @classmethod
    def get(cls, memory: int) -> "_Reader":
        """The process that runs with this limit, or a new one."""
        reader = cls._running
        if reader is not None and (reader.memory != memory or reader._process.poll() is not None):
            reader.end()
        if cls._running is None:
            cls._running = cls(memory)
        return cls._running

    def ask(self, request: Request | None, seconds: float) -> dict[str, Any]:
        """The answer to a request, or to the word to go on, which is None. Raises `TimeoutError` or `_Ended`.

        The process is gone then, and also when somebody interrupts: its answer would be taken for that of the next
        file.
        """
        try:
            with suppress(BrokenPipeError):  # the answer will be that it has ended
                self._requests.write(pickle.dumps(request))
                self._requests.flush()
            return self._answer(seconds)
        except BaseException:
            if _Reader._running is self:
                self.end()
            raise

    def _answer(self, seconds: float) -> dict[str, Any]:
        until, line = time.monotonic() + seconds, b""
        answers = select.poll()
        answers.register(self._answers, select.POLLIN)
        while not line.endswith(b"\n"):
            if not answers.poll(max(until - time.monotonic(), 0) * 1000):
                self.end()
                raise TimeoutError
            if not (piece := os.read(self._answers.fileno(), 1 << 16)):
                raise self.end(kill=False)
            line += piece
        return json.loads(line)

    def end(self, kill: bool = True) -> _Ended:
        """Ends the process, unless it has ended; returns how it ended."""
        if kill:
            self._process.kill()
        code = self._process.wait()
        noise = os.pread(self._noise, 1 << 16, 0)
        for stream in (self._requests, self._answers):
            with suppress(BrokenPipeError):
                stream.close()
        for file in (self.rows, self._noise, self._lifeline):
            os.close(file)
        if _Reader._running is self:
            _Reader._running = None
        return _Ended(code, any(said in noise for said in _NO_MEMORY))


def _stop() -> None:
    if _Reader._running is not None:
        _Reader._running.end()


def _forget() -> None:
    _Reader._running = None  # it answers the process that started it


atexit.register(_stop)
if IS_POSSIBLE:
    os.register_at_fork(after_in_child=_forget)
