"""LibreOffice as a person in Belgium uses it: opens a workbook, types into it, reads its formulas, and saves it.

Tests are skipped where LibreOffice or its Python bridge is missing.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("office_script.py")
PYTHON = "/usr/bin/python3"
"""The Python for which distributions build the bridge."""
XLSX, PDF = "Calc MS Excel 2007 XML", "calc_pdf_Export"


@dataclass(frozen=True)
class Work:
    """One workbook: what is typed on its first sheet (address, text), which names are asked for in which rows (first,
    last), and where it is saved."""

    file: Path
    cells: Sequence[tuple[str, str]] = ()
    names: Sequence[str] = ()
    rows: tuple[int, int] = (2, 2)
    save: Path | None = None
    filter: str = XLSX
    told: list[list[Any]] = field(default_factory=list)
    """What the names said, a list per row; filled when the work is done."""


@lru_cache
def why_not() -> str:
    """Why LibreOffice can't be used here; "" when it can."""
    if not shutil.which("soffice"):
        return "LibreOffice (soffice) is not installed"
    if not Path(PYTHON).exists() or subprocess.run([PYTHON, "-c", "import uno"], capture_output=True).returncode:
        return "the Python bridge of LibreOffice (python3-uno) is not installed"
    return ""


def do(folder: Path, *works: Work) -> None:
    """Starts LibreOffice once for all the works. `folder` keeps its profile."""
    if why := why_not():
        pytest.skip(why)
    files = [
        {
            "file": str(work.file),
            "cells": list(work.cells),
            "names": list(work.names),
            "rows": work.rows,
            **({"save": str(work.save), "filter": work.filter} if work.save else {}),
        }
        for work in works
    ]
    job = json.dumps({"profile": str(folder / "office"), "files": files})
    ended = subprocess.run([PYTHON, str(SCRIPT)], input=job, capture_output=True, text=True, timeout=600)
    assert ended.returncode == 0, ended.stderr
    for work, found in zip(works, json.loads(ended.stdout), strict=True):
        work.told.extend(found)
