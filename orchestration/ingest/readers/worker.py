"""The process that `apart` has files read by: whatever a file does to it, it does to no other.

It answers a request (a pickle on its standard input) with a line of JSON, after it has put the rows of `raw` as
Parquet into a file that lies in memory alone. Of a file with more rows than were asked for at once it does so for one
part after another, and waits after each to be told to go on. It writes nothing else, and keeps no core dump.
"""

import fcntl
import json
import os
import pickle
import resource
import signal
import sys
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from expectations.contract import SourceContract
from orchestration.ingest import readers
from orchestration.ingest.inbox import Delivery, DeliveryError
from orchestration.store.sql import literal

THREADS = 4
"""Of DuckDB; each costs memory of its own, and few files gain by more."""
SHARE = 0.7
"""Of the memory that DuckDB may take, so that it ends with an error of its own before the process has none left."""


def main(rows: int, lifeline: int, memory: int) -> None:
    """Answers until the standard input ends. `rows` and `lifeline` are file descriptors."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    _limit(memory)
    _end_with(lifeline)
    con = _database(memory)
    _say(answers, {})
    while (request := _request()) is not None:
        _say(answers, _answer(con, *request, rows, answers))


def _limit(memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # it would hold person numbers
    # What is allotted, not what is reserved: libraries reserve many times what they use.
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (memory, memory))


def _end_with(lifeline: int) -> None:
    """Has the system end this process at once when the one that started it is gone, also in the middle of a file."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person who interrupts means the other process
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)


def _request() -> tuple[SourceContract, Delivery, int] | None:
    """What to read, and how many rows are handed over at once, at most."""
    try:
        return pickle.load(sys.stdin.buffer)
    except EOFError:
        return None


def _say(answers: Any, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _database(memory: int) -> DuckDBPyConnection:
    """One for all files: to make one takes longer than to read most files."""
    con = duckdb.connect()
    con.execute(
        f"set memory_limit = '{int(memory * SHARE)}B'; set threads = {min(THREADS, os.cpu_count() or 1)}; "
        "set temp_directory = ''; set autoinstall_known_extensions = false; set TimeZone = 'UTC'; "
        "set preserve_insertion_order = false"
    )
    return con


def _answer(
    con: DuckDBPyConnection, contract: SourceContract, delivery: Delivery, most: int, rows: int, answers: Any
) -> dict[str, Any]:
    def give() -> None:
        _hand_over(con, rows)
        _say(answers, {"more": True})
        pickle.load(sys.stdin.buffer)
        readers.create_raw(con, contract)

    try:
        readers.create_raw(con, contract)
        parts = readers.HandOver(most, give)
        remarks = readers.read(con, contract, delivery, 0, parts)
        _hand_over(con, rows)
    except DeliveryError as error:
        return {"refused": [str(error), error.dutch]}
    except (MemoryError, duckdb.OutOfMemoryException):
        return {"memory": True}
    except Exception as error:  # its text may hold a value of the file
        return {"failed": type(error).__name__}
    finally:
        con.execute("drop table if exists raw")
    return {"remarks": remarks}


def _hand_over(con: DuckDBPyConnection, rows: int) -> None:
    form = "format parquet, compression lz4, use_tmp_file false"
    con.execute(f"copy (select * exclude (_delivery) from raw) to {literal(f'/proc/self/fd/{rows}')} ({form})")
