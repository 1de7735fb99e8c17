"""The day of today. Used only to list the inbox and to say what is late; all else is given its dates."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = "Europe/Brussels"
"""Where deliveries get their dates; a machine may keep another time."""


def today() -> dt.date:
    return dt.datetime.now(ZoneInfo(ZONE)).date()
