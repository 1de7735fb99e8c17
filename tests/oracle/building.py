"""A ledger made of plain rows, without files: for small cases worked out by hand."""

import hashlib
from datetime import date
from typing import Any

from .door import Delivery, Ledger, Row
from .geography import Geography, load
from .sources import SOURCES


def day(text: str) -> date:
    """`2020-01-31`, or `2020-01` for the first of the month."""
    return date.fromisoformat(text if len(text) == 10 else f"{text}-01")


def typed(value: Any, kind: str) -> Any:
    return day(value) if kind in ("date", "month") and isinstance(value, str) else value


def add(ledger: Ledger, file_name: str, rows: list[dict[str, Any]]) -> Ledger:
    """Add an accepted delivery. Rows hold typed values or ISO dates; `klant` is the client; absent is missing."""
    source, rest = file_name.split("_2", 1)
    delivered_on = date.fromisoformat("2" + rest[:9])
    delivery = Delivery(file_name, source, delivered_on, hashlib.sha256(file_name.encode()).hexdigest())
    for number, given in enumerate(rows, 2):
        values = {
            column.lake_name: typed(given.get("klant" if column.name == "klant_id" else column.name), column.kind)
            for column in SOURCES[source].columns
        }
        delivery.rows.append(Row(number, values, bool(given.get("verwijderd"))))
    ledger.deliveries.append(delivery)
    return ledger


def ledger_of(as_of: str, geography: Geography | None = None, **sources: list[dict[str, Any]]) -> Ledger:
    """One delivery per source on the day `as_of` (which is therefore the default as_of)."""
    ledger = Ledger(geography or load())
    for source, rows in sources.items():
        add(ledger, f"{source}_{as_of}.csv", rows)
    return ledger
