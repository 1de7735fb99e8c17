"""The day of today. Asked only where the inbox is listed and where lateness is told; everything else is given days."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = "Europe/Brussels"
"""Where deliveries get their dates; a machine may keep another time."""


def today() -> dt.date:
    return dt.datetime.now(ZoneInfo(ZONE)).date()
