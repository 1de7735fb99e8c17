"""Workbooks as other programs write them: the XML of their parts is changed by hand."""

import io
import re
import zipfile
from collections.abc import Callable


def with_sheet(content: bytes, change: Callable[[bytes], bytes], part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook in which the XML of a part is changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as parts, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as changed:
        for name in parts.namelist():
            changed.writestr(name, change(parts.read(name)) if name == part else parts.read(name))
    return made.getvalue()


def with_cells(content: bytes, **cells: str) -> bytes:
    """A workbook in which the XML of cells is replaced."""

    def change(xml: bytes) -> bytes:
        for place, cell in cells.items():
            xml, found = re.subn(rf'<c r="{place}"[^>]*(?:/>|>.*?</c>)'.encode(), cell.encode(), xml)
            assert found == 1
        return xml

    return with_sheet(content, change)
