"""Run by the system's Python, which has LibreOffice's `uno`: opens a workbook, types into it as a person in Belgium
does, says what its formulas make of it, and saves it. Job on standard input and outcome on standard output, as JSON.
"""

import contextlib
import json
import subprocess
import sys
import time
import uuid
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

SCRATCH = 60
BELGIUM = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>nl-BE</value></prop></item>
</oor:items>
"""


def setting(name, value):
    found = PropertyValue()
    found.Name, found.Value = name, value
    return found


def connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice did not start")


def typed(sheet, cells):
    for address, text in cells:
        cell = sheet.getCellRangeByName(address)
        cell.FormulaLocal = text


def told(sheet, names, rows):
    """What each of the named formulas says in each of the rows: in cells at the right, which are emptied again."""
    first, last = rows
    place = sheet.getCellRangeByPosition(SCRATCH, first - 1, SCRATCH + len(names) - 1, last - 1)
    place.setFormulaArray([[f"={name}" for name in names] for _ in range(first, last + 1)])
    found = place.getDataArray()
    place.clearContents(1023)
    return [list(row) for row in found]


def main():
    job = json.load(sys.stdin)
    profile = Path(job["profile"])
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(BELGIUM, encoding="utf-8")
    pipe = f"twe{uuid.uuid4().hex}"
    office = subprocess.Popen(
        [
            "soffice",
            "--headless",
            "--norestore",
            "--nologo",
            "--nodefault",
            f"--accept=pipe,name={pipe};urp;",
            f"-env:UserInstallation={profile.as_uri()}",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        context = connected(pipe)
        desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        outcome = []
        for one in job["files"]:
            document = desktop.loadComponentFromURL(Path(one["file"]).as_uri(), "_blank", 0, (setting("Hidden", True),))
            sheet = document.Sheets.getByIndex(0)
            document.lockControllers()  # nothing is drawn in between
            typed(sheet, one.get("cells", ()))
            outcome.append(told(sheet, one["names"], one["rows"]) if one.get("names") else [])
            if "save" in one:
                document.storeToURL(
                    Path(one["save"]).as_uri(), (setting("FilterName", one.get("filter", "Calc MS Excel 2007 XML")),)
                )
            document.close(True)
        json.dump(outcome, sys.stdout)
        with contextlib.suppress(Exception):  # the connection ends with the office
            desktop.terminate()
    finally:
        try:
            office.wait(20)
        except subprocess.TimeoutExpired:
            office.kill()


main()
