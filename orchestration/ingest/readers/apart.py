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


class ReaderError(TweError):
    """The process that reads files does not start; no file is at fault."""

    exit_code = 1


class _Ended(Exception):
    """The process is gone, in the middle of a file."""

    def __init__(self, code: int, no_memory: bool) -> None:
        super().__init__()
        self.code, self.no_memory = code, no_memory


def read(
    con: DuckDBPyConnection, contract: SourceContract, delivery: Delivery, number: int, limits: Limits
) -> list[Remark]:
    """Does what `readers.read` does; of a file that is refused no row is left. Raises `DeliveryError` as it does, and
    for a file that its reader did not survive within the limits."""
    if not IS_POSSIBLE:
        return readers.read(con, contract, delivery, number)
    with _lock:
        try:
            answer = _ask(contract, delivery, limits)
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
        reader = _Reader.get(limits.memory)
        # The same name holds the rows of another file every time.
        con.execute("set enable_external_file_cache = false")
        con.execute(f"insert into raw select {number}, * from read_parquet({literal(reader.place)})")
        os.ftruncate(reader.rows, 0)
        return [Remark(*texts) for texts in answer["remarks"]]


def _ask(contract: SourceContract, delivery: Delivery, limits: Limits) -> dict[str, Any]:
    """The answer of the process. One that the system killed for want of memory is not the file's fault, so the file
    gets another chance."""
    try:
        return _Reader.get(limits.memory).ask(contract, delivery, limits.seconds)
    except _Ended as ended:
        if ended.code != -signal.SIGKILL:
            raise
    return _Reader.get(limits.memory).ask(contract, delivery, limits.seconds)


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

    def ask(self, contract: SourceContract, delivery: Delivery, seconds: float) -> dict[str, Any]:
        """Raises `TimeoutError` or `_Ended`. The process is gone then, and also when somebody interrupts: its answer
        would be taken for that of the next file.
        """
        try:
            with suppress(BrokenPipeError):  # the answer will be that it has ended
                self._requests.write(pickle.dumps((contract, delivery)))
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
