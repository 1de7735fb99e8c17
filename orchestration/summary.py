"""What `twe run` and `twe status` print. Counts, names of files and rules; never a value of a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.ingest import ledger
from orchestration.ingest.ledger import Entry
from orchestration.ingest.workspace import Workspace
from orchestration.quality import alike, report_page
from orchestration.quality.cases import OPEN, count_by
from orchestration.quality.counts import NumberChanges, RowCounts, all_changes, number_changes
from orchestration.quality.kept_counts import KeptCounts
from orchestration.quality.senders import unusual
from orchestration.store.settings import Settings
from orchestration.store.wording import SMALL_COUNTS, counted, table
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication

if TYPE_CHECKING:
    from orchestration.results import RunReport

MOST_BROKEN = 10
"""Rules with open rows that `twe status` lists."""


def run_text(report: RunReport) -> str:
    """Summary of a run: what came in, what was rejected and why, what was made and where it is."""
    lines = []
    if report.nothing_new:
        lines.append("Nothing new: no new deliveries, and publication and annexes are up to date. Nothing was changed.")
    if report.loaded:
        lines.append(_deliveries_line(report.loaded))
    lines += [_labelled("rejected", f"{e.file_name}: {e.message}") for e in report.rejected]
    lines += [
        _labelled("loaded, but", f"{e.file_name}: {e.message}")
        for e in report.loaded
        if e.status == "accepted" and e.message
    ]
    lines += [_labelled("still rejected", f"{name}: {why}") for name, why in report.still_rejected]
    lines += [_labelled("already loaded", f"{name}: same content as {was}") for name, was in report.duplicates]
    lines += [
        _labelled("changed", f"{name}: written to while it was read; the next run loads it") for name in report.changed
    ]
    lines += [_labelled("not a delivery", f"{name}: {why}") for name, why in report.unrecognised]
    if report.loaded and report.row_counts:
        lines.append(_rows_line(report.row_counts))
    lines += [_labelled("UNUSUAL", finding) for finding in report.unusual]
    lines += [_labelled("SILENT", silence) for silence in report.silent]
    lines += [_labelled("PROBLEM", problem) for problem in report.problems]
    lines += [_labelled("NOTE", note) for note in report.notes]
    lines += [f"Publication: {_publication_line(made)}" for made in report.publications]
    lines += _files("Annexes", "workbook", report.workbooks)
    lines += [f"Quality report: {report.quality_report}"] if report.quality_report else []
    lines += _files("Answers", "document", report.answers)
    lines += [f"Figure book: {path}" for path in report.figure_books]
    for control in report.controls:
        verdict = "the audit found nothing that gives them away" if control.passed else "the audit FAILED"
        lines.append(f"Public editions: {control.done}" + (f"; {verdict}" if control.changed is None else ""))
    if report.problems:
        lines.append("Something was blocked; what was published before is unchanged.")
    return "\n".join(lines)


def _labelled(label: str, text: object) -> str:
    return f"  {label:<15} {text}"


def _files(title: str, kind: str, paths: Sequence[Path]) -> list[str]:
    return [f"{title} ({counted(len(paths), kind)}):", *(f"  {path}" for path in paths)] if paths else []


def _deliveries_line(entries: list[Entry]) -> str:
    accepted = [e for e in entries if e.status == "accepted"]
    return (
        f"Deliveries: {len(accepted)} accepted, {len(entries) - len(accepted)} rejected; "
        f"rows: {sum(e.rows_accepted for e in accepted):,} accepted, "
        f"{sum(e.rows_quarantined for e in accepted):,} quarantined, "
        f"{sum(e.rows_warned for e in accepted):,} with a warning"
    )


def _rows_line(rows: RowCounts) -> str:
    kinds = ((rows.quarantined, "quarantined"), (rows.warned, "with a warning"), (rows.found, "found by the warehouse"))
    still = ", ".join(f"{number:,} {kind}" for number, kind in kinds if number) or "none"
    return f"Rows resolved by these deliveries: {rows.resolved:,}; open now: {still} (twe quarantine)"


def _publication_line(made: Publication) -> str:
    synthetic = " - SYNTHETIC demo data" if made.synthetic else ""
    return f"{made.path} (as of {made.as_of}, municipalities of {made.geography_date}){synthetic}"


def status_text(settings: Settings, today: dt.date | None = None) -> str:
    """Deliveries per source and what is late, what is open, and the publications."""
    workspace = Workspace(settings, today)
    entries = workspace.entries()
    lines = [SMALL_COUNTS, f"Data folder: {settings.folder.root}", f"Inbox:       {settings.inbox_folder}"]
    if entries and workspace.synthetic:
        lines.append(
            f"All deliveries are SYNTHETIC demo data; what is late is as of the newest one, {workspace.present}."
        )
    lines += ["", _sources_table(workspace, entries), ""]
    lines += [_labelled("SILENT", silence) for silence in unusual.silent(entries, workspace.present)]
    inbox = workspace.inbox
    waiting = counted(len(inbox.new + inbox.clashes), "delivery", "deliveries")
    lines.append(f"Waiting in the inbox: {waiting}, {counted(len(inbox.unrecognised), 'other file')}")
    lines += [_labelled("not a delivery", f"{name}: {why}") for name, why in inbox.unrecognised]
    lines += ["", *_open(settings, entries)]
    if changes := number_changes(settings.folder):
        lines += ["", _number_changes_line(all_changes(changes), len(changes))]
    if newest := report_page.latest(settings.folder):
        lines += ["", f"Quality report: {newest}"]
    made = publication.published(settings.folder)
    now = publication.current(settings.folder)
    lines += ["", "Publications:" if made else "Nothing has been published yet: run twe run."]
    if made:
        rows = [("current" if now and p.path == now.path else "", _publication_line(p)) for p in made]
        lines.append(table(("", ""), rows, indent=2))
    return "\n".join(lines)


def _sources_table(workspace: Workspace, entries: Sequence[Entry]) -> str:
    once = ledger.once(entries)
    present = workspace.present
    rows = []
    for source, contract in workspace.contracts.items():
        own = [e for e in once if e.source == source]
        accepted = [e for e in own if e.status == "accepted"]
        newest = max((e.delivered_on for e in accepted), default=None)
        state = ""
        if contract.rhythm and newest:
            state = contract.rhythm.state(newest, present)
        files = (source, len(own), len(own) - len(accepted))
        counts = (sum(e.rows_accepted for e in accepted), sum(e.rows_quarantined for e in accepted))
        rows.append((*files, *counts, newest or "-", "" if state == "on time" else state))
    return table(("source", "files", "rejected", "rows accepted", "quarantined", "newest", ""), rows)


def _number_changes_line(changes: NumberChanges, deliveries: int) -> str:
    return (
        f"Changed person numbers: {changes.changed:,} in {counted(deliveries, 'delivery', 'deliveries')}, "
        f"{changes.in_circle:,} of them in a circle; {counted(changes.outcomes_found, 'outcome')} no longer unknown"
    )


def _open(settings: Settings, entries: Sequence[Entry]) -> list[str]:
    """What waits for somebody: rejected files that did not come back, and the rules that most open rows break."""
    lines = [_labelled("rejected", f"{e.file_name}: {e.message}") for e in _rejected(entries)]
    found = alike.counted(settings.folder, KeptCounts(settings.folder)) if entries else []
    broken = count_by(((c.outcome, c.source, rule), c) for c in found if c.status == OPEN for rule in c.rules)
    if broken:
        rows = sorted(((number, *key) for key, number in broken.items()), key=lambda row: (-row[0], row[1:]))
        lines.append(table(("rows", "outcome", "source", "rule"), rows[:MOST_BROKEN], indent=2))
    if len(broken) > MOST_BROKEN:
        lines.append(f"  and {counted(len(broken) - MOST_BROKEN, 'rule')} more")
    return ["Open (twe quarantine shows the rows):", *lines] if lines else ["Open: nothing."]


def _rejected(entries: Sequence[Entry]) -> list[Entry]:
    """The last rejection of each file of which neither the name nor the content was accepted after it."""
    ordered = sorted(entries, key=lambda e: e.loaded_at)
    last = {e.file_name: e for e in ordered if e.status == "rejected"}
    accepted = {known: e.loaded_at for e in ordered if e.status == "accepted" for known in (e.file_name, e.sha256)}
    return [
        e
        for e in entries
        if e is last.get(e.file_name)
        and not any(accepted.get(known, e.loaded_at) > e.loaded_at for known in (e.file_name, e.sha256))
    ]
