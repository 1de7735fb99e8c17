"""Small deliveries that come in after all others: rows of an earlier delivery again, on the day of the newest one."""

from __future__ import annotations

from pathlib import Path

from orchestration.ingest.inbox import DELIVERY_NAME

ROWS = 500
SOURCE = "screenings"
_DECISIONS = {"toegeleid": "NIET_TOEGELEID", "niet_toegeleid": "TOEGELEID"}


def write(inbox: Path, label: str, changed: bool = False, first: int = 0) -> Path:
    """Rows of the newest CSV of the source once more, from the `first` on; `changed`: with the other decision, so that
    the figures of one mart change. Of deliveries of one day that with the last name counts: label them in order."""
    own = sorted(path for path in inbox.glob(f"{SOURCE}_*.csv") if "-late-" not in path.name)
    head, *rows = own[-1].read_text(encoding="utf-8-sig").splitlines()
    rows = rows[first : first + ROWS]
    if changed:
        rows = [";".join(_DECISIONS.get(value.strip().lower(), value) for value in row.split(";")) for row in rows]
    days = (match["day"] for path in inbox.iterdir() if (match := DELIVERY_NAME.fullmatch(path.name)))
    late = inbox / f"{SOURCE}_{max(days)}_synthetisch-late-{label}.csv"
    late.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return late
