"""Workbooks of which the ZIP file is odd, or what is in it broken."""

import io
import warnings
import zipfile
from collections.abc import Callable

from ..files import workbook
from ..world import World
from .books import BOOK, SHEET, cells, repacked
from .kinds import Kind, Verdict, spoiled

REFUSED, EITHER, SAFE = Verdict.REFUSED, Verdict.EITHER, Verdict.SAFE


def container(change: Callable[[World, bytes], bytes], name: str, verdict: Verdict = EITHER, share: float = 1) -> Kind:
    return Kind(name, "xlsx", verdict, lambda world, source: change(world, workbook(cells(world, source))), share)


def lies(world: World, content: bytes) -> bytes:
    """The directory at the end says other sizes, methods or flags than the truth."""
    data = bytearray(content)
    at = data.find(b"PK\x01\x02", 0)
    for _ in range(world.rng.randint(0, 8)):
        following = data.find(b"PK\x01\x02", at + 1)
        at = following if following > 0 else at
    field, size = world.rng.choice(((8, 2), (10, 2), (16, 4), (20, 4), (24, 4), (28, 2), (42, 4)))
    data[at + field : at + field + size] = world.rng.choice((b"\xff" * size, bytes(size), b"\x01" + bytes(size - 1)))
    return bytes(data)


def twice(world: World, content: bytes) -> bytes:
    made = io.BytesIO(content)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(made, "a") as parts:  # it warns of just that
        parts.writestr(SHEET, b"<worksheet/>")
    return made.getvalue()


def climbs(world: World, content: bytes) -> bytes:
    return repacked(content, {"../../../tmp/twe_klimt": b"x", "/etc/twe_klimt": b"x", "xl\\x": b"x"})


def without(world: World, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return repacked(content, {world.rng.choice(parts.namelist()): None})


def part_spoiled(world: World, content: bytes) -> bytes:
    part = world.rng.choice((SHEET, SHEET, SHEET, BOOK, "xl/styles.xml", "xl/_rels/workbook.xml.rels"))
    return repacked(content, {part: lambda xml: spoiled(world.rng, xml)})


KINDS = [
    container(lies, "sizes that lie", share=3),
    container(twice, "two parts of one name", REFUSED),
    container(climbs, "parts that climb"),
    container(without, "a part is missing", SAFE, 3),
    container(lambda w, content: b"MZ" + bytes(500) + content, "something before"),
    container(lambda w, content: content + w.rng.randbytes(500), "something after"),
    container(lambda w, content: spoiled(w.rng, content), "changed bytes", share=8),
    container(part_spoiled, "changed bytes inside", SAFE, 8),
]
