"""Odd names, and what lies in an inbox without being a file: none of it is a delivery."""

import os
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from ..broken import NO_DELIVERIES

FOLDERS = (
    "inbox",
    "in box",
    "jaar=2026",
    "{}",
    "{0} %s",
    "l'an",
    'a"b',
    "a=b&c",
    "é",
    "a;b",
    "--x",
    "\u202eab",
    "$HOME",
)
"""Names of the folder in which everything stands: what SQL, patterns and Hive partitions are made of."""
NAMES: tuple[bytes, ...] = (
    *(name.encode() for name in NO_DELIVERIES),
    b"trajecten_2023-01-01_\xff\xfe.csv",
    b"\xe9\xe8.xlsx",
    b"trajecten_2023-01-01_\x1b[2J.csv",
    b"trajecten_2023-01-01_a\nb.csv",
    "trajecten_2023-01-01_\u202ev.csv".encode(),
    "trajecten_2023-01-01_\u0661.csv".encode(),
    b"trajecten_2023-01-01_" + b"x" * 205 + b".csv",
    b"trajecten_2023-01-01_" + b"x" * 230 + b".csv",
    b"trajecten_2023-01-01..csv",
    b"trajecten_2023-01-01.csv.csv",
    b"trajecten_2023-01-01_a.csv:stream",
    b"TRAJECTEN_2023-01-01.csv",
    b"trajecten_0000-01-01.csv",
    b"trajecten_2023-01-01_93.05.18-223.61.csv",
    b"93051822361.csv",
    b"-rf.csv",
    b"*.csv",
    b"~$trajecten_2023-01-01.csv",
    b"con.csv",
)


def folder(path: Path) -> None:
    path.mkdir()


def queue(path: Path) -> None:
    os.mkfifo(path)


def door(path: Path) -> None:
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as made:
        os.chdir(path.parent)  # the name of a socket is a short one
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def device(path: Path) -> None:
    with suppress(PermissionError):  # only root makes one
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # endless zeros


def link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


THINGS: tuple[Callable[[Path], None], ...] = (
    folder,
    queue,
    door,
    device,
    link("/dev/zero"),
    link("/etc/passwd"),
    link("nergens"),
    link("."),
    link("/proc/self/mem"),
)


def strew(rng: Random, inbox: Path, content: bytes) -> list[str]:
    """Puts some of it in an inbox; returns the names of what is no delivery."""
    strange = []
    for name in rng.sample(NAMES, 4):
        path = inbox / os.fsdecode(name)
        path.write_bytes(content)
        strange.append(path.name)
    for make in rng.sample(THINGS, 3):
        path = (
            inbox
            / f"trajecten_2023-01-01_{make.__name__.strip('<>')}-{rng.randrange(10**6)}.{rng.choice(('csv', 'xlsx'))}"
        )
        make(path)
        if path.is_symlink() or path.exists():
            strange.append(path.name)
    path = inbox / f"leefloners_2023-01-01_keten-{rng.randrange(10**6)}.csv"
    path.symlink_to(path.name)
    return [*strange, path.name]
