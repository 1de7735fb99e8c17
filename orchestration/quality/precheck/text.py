"""The verdict on files as plain Dutch text: per rule how many rows, which, what it means and what to do."""

from collections.abc import Iterator, Sequence

from expectations import contract
from orchestration.quality.precheck.verdict import FileVerdict, RuleVerdict
from orchestration.store.wording import counted, rijen

MOST_RUNS = 40
"""Row numbers, or runs of them, that are named of one rule."""
OUTCOMES = {"reject": "GEWEIGERD", "warn": "WAARSCHUWING"}
NOT_SEEN = (
    "Niet te zien zonder het datawarehouse: of een bestand of rij vroeger al geleverd werd, en wat pas over de bronnen "
    "heen blijkt (een onbekend traject, trajecten die overlappen)."
)


def text(verdicts: Sequence[FileVerdict]) -> str:
    """What would become of the files, one after the other, and in all."""
    lines = [line for verdict in verdicts for line in (*_of_file(verdict), "")]
    return "\n".join([*lines, _total(verdicts), NOT_SEEN])


def _of_file(verdict: FileVerdict) -> Iterator[str]:
    title = f": {contract.load(verdict.source).title}" if verdict.source else ""
    yield f"{verdict.name}{title}"
    if verdict.refused:
        yield f"  GEWEIGERD, het hele bestand: {verdict.refused}"
    yield from (f"  Let op: {remark}" for remark in verdict.remarks)
    if not verdict.rows_read:
        return
    accepted = verdict.rows_read - verdict.rows_quarantined
    warned = f", waarvan {rijen(verdict.rows_warned)} met een waarschuwing" if verdict.rows_warned else ""
    refused = f"; {rijen(verdict.rows_quarantined)} geweigerd" if verdict.rows_quarantined else ""
    yield f"  {rijen(verdict.rows_read)} gelezen: {rijen(accepted)} aanvaard{warned}{refused}"
    for rule in verdict.broken:
        yield from _of_rule(verdict, rule)


def _of_rule(verdict: FileVerdict, rule: RuleVerdict) -> Iterator[str]:
    meaning, remedy = contract.load(str(verdict.source)).text_of(rule.name)
    yield ""
    yield f"  {OUTCOMES[rule.on_fail]} {rule.name}, {rijen(len(rule.rows))}: {_numbers(rule.rows)}"
    yield f"    {meaning}"
    yield f"    {remedy}"


def _total(verdicts: Sequence[FileVerdict]) -> str:
    refused = sum(bool(verdict.refused) for verdict in verdicts)
    partly = sum(bool(verdict.rows_quarantined) for verdict in verdicts)
    sound = len(verdicts) - refused - partly
    parts = [f"{sound} in orde"] if sound else []
    parts += [f"{partly} met geweigerde rijen"] if partly else []
    parts += [f"{refused} geweigerd"] if refused else []
    return f"{counted(len(verdicts), 'bestand', 'bestanden')} gecontroleerd: {', '.join(parts)}."


def _numbers(rows: Sequence[int]) -> str:
    """Row numbers in a line: `rij 4-9, 17`; of very many the first."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1][1:] = [row]
        else:
            runs.append([row])
    shown = ", ".join("-".join(map(str, run)) for run in runs[:MOST_RUNS])
    more = sum(run[-1] - run[0] + 1 for run in runs[MOST_RUNS:])
    return f"rij {shown}" + (f" en nog {rijen(more)}" if more else "")
