"""Back from typed to text: the text that the door reads as exactly that value."""

from __future__ import annotations

from expectations.contract import Column
from orchestration.store.sql import quote


def lake_text(column: Column) -> str:
    """SQL for a column of the lake as text. `parsing` makes the same value of it again.

    What is lost is how it was written (`31/01/2024`, `ja`, `100,5`); an INSZ is gone for good and stays null.
    """
    name = quote(column.lake_name)
    match column.type:
        case "insz":
            return "cast(null as varchar)"
        case "month":
            return f"strftime({name}, '%Y-%m')"
        case "yesno":
            return f"case when {name} then 'J' when not {name} then 'N' end"
        case _:
            return f"cast({name} as varchar)"
