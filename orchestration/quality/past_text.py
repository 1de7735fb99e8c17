"""What changed rules would do to the past, told on the terminal: counts, and row numbers on request."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.quality.past import Past
from orchestration.quality.wording import counted


def text(pasts: Sequence[Past], with_rows: bool = False) -> str:
    """What would change, as a table for the terminal; file and row numbers on request, never a value."""
    lines = []
    for past in pasts:
        refused, loaded = counted(past.newly_refused, "loaded row"), counted(past.newly_loaded, "refused row")
        lines.append(
            f"{past.source}: {counted(past.rows, 'row')} judged again; {refused} would be refused, {loaded} would be "
            "loaded."
        )
        for change in past.changes:
            lines.append(f"{len(change.rows):>9,}  {change.effect:<17} {change.rule:<32} {change.file_name}")
            if with_rows:
                lines.append(f"{'':>11}rows {', '.join(map(str, change.rows))}")
        if past.rejected_files:
            lines.append(f"{'':>11}Files refused whole, which left no rows to judge: {past.rejected_files}.")
        if past.not_judged:
            lines.append(f"{'':>11}Not judged, because the INSZ is gone: {', '.join(past.not_judged)}.")
        if past.approximate:
            lines.append(
                f"{'':>11}Judged on the value as the door writes it, not as typed: {', '.join(past.approximate)}."
            )
    if not any(past.changes for past in pasts):
        lines.append("These rules give every row the outcome that it has.")
    return "\n".join([*lines, "Nothing was changed: deliveries that were accepted are not judged again."])
