"""Files that come out the same every time: the parts of an .xlsx in order, and files replaced in one step."""

import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from orchestration.store.files import CONFIDENTIAL_MARK, replaced

_TAIL = re.compile(rb"<drawing |<tableParts|</worksheet>")
_EMPTY_ROWS = re.compile(rb"<sheetData\s*/>|<sheetData>\s*</sheetData>")
_FRAME = re.compile(r'(<(?:\w+:)?cNvPr id="\d+" name="Chart (\d+)")')


@dataclass
class Parts:
    """What openpyxl can't write, or not fast: by part name the rows of the sheets and remarks on them; by drawing the
    texts of its charts for who can't see them."""

    rows: dict[str, bytes] = field(default_factory=dict)
    remarks: dict[str, bytes] = field(default_factory=dict)
    chart_texts: list[list[str]] = field(default_factory=list)


def packed(loose: io.BytesIO, parts: Parts, date: dt.date) -> bytes:
    """The archive with the parts in place, entries in order and all of one date."""
    moment = (max(date.year, 1980), date.month, date.day, 0, 0, 0)
    result = io.BytesIO()
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(result, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name in parts.rows:
                pieces = _EMPTY_ROWS.split(content)
                if len(pieces) != 2:
                    raise RuntimeError(f"{name}: openpyxl wrote something else than an empty sheet")
                content = parts.rows[name].join(pieces)
                content = _TAIL.sub(parts.remarks[name] + rb"\g<0>", content, count=1)
            elif found := re.fullmatch(r"xl/drawings/drawing(\d+)\.xml", name):
                content = _described(content, parts.chart_texts[int(found[1]) - 1])
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            target.writestr(entry, content)
    return result.getvalue()


def _described(drawing: bytes, texts: list[str]) -> bytes:
    """The drawing with a description on each of its charts."""
    return _FRAME.sub(
        lambda match: f"{match[1]} descr={quoteattr(texts[int(match[2]) - 1])}", drawing.decode("utf-8")
    ).encode("utf-8")


def replace_file(path: Path, content: bytes) -> Path:
    """Put the content in place of the file, in one step: a reader sees the old file or the new one. A file that has the
    content stays as it lies, so that nobody takes it for a new one."""
    if path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content:
        return path
    with replaced(path) as temporary:
        temporary.write_bytes(content)
        if CONFIDENTIAL_MARK not in str(path).upper():
            temporary.chmod(0o644)  # whatever the user's mask is: an annex is for sharing
    return path
