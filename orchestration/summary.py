"""What the command line prints. Counts, names of files and rules; never a value of a row."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from orchestration.ingest import ledger
from orchestration.ingest.ledger import Entry
from orchestration.ingest.workspace import Workspace
from orchestration.quality import report_page
from orchestration.quality.counts import RowCounts, warehouse_findings
from orchestration.store import clock
from orchestration.store.settings import Settings
from orchestration.store.wording import counted
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication

if TYPE_CHECKING:
    from orchestration.demo import DemoSummary
    from orchestration.runner import RunReport


def run_text(report: RunReport) -> str:
    """Summary of a run: what came in, what was refused and why, what was made and where it is."""
    lines = []
    if report.nothing_new:
        lines.append("Nothing new: no new deliveries, and publication and annexes are up to date. Nothing was changed.")
    if report.loaded:
        lines.append(_deliveries_line(report.loaded))
    lines += [f"  refused         {e.file_name}: {e.message}" for e in report.refused]
    lines += [f"  still refused   {name}: {why}" for name, why in report.still_refused]
    lines += [f"  already loaded  {name}: same content as {former}" for name, former in report.repeats]
    lines += [f"  not a delivery  {name}: {why}" for name, why in report.strangers]
    if report.loaded and report.row_counts:
        lines.append(_rows_line(report.row_counts))
    lines += [f"  PROBLEM         {problem}" for problem in report.problems]
    lines += [f"  NOTE            {note}" for note in report.notes]
    lines += [f"Publication: {_publication_line(made)}" for made in report.publications]
    if report.workbooks:
        lines.append(f"Annexes ({len(report.workbooks)} {'workbook' if len(report.workbooks) == 1 else 'workbooks'}):")
        lines += [f"  {path}" for path in report.workbooks]
    if report.quality_report:
        lines.append(f"Quality report: {report.quality_report}")
    if report.answers:
        lines.append(f"Answers ({len(report.answers)} {'document' if len(report.answers) == 1 else 'documents'}):")
        lines += [f"  {path}" for path in report.answers]
    lines += [f"Figure book: {path}" for path in report.figure_books]
    for control in report.controls:
        share = 100 * control.hidden / control.counts if control.counts else 0
        verdict = "the audit found nothing that gives them away" if control.passed else "the audit FAILED"
        lines.append(
            f"Hidden in public editions: {control.hidden:,} of {control.counts:,} counts ({share:.1f} %); {verdict}"
        )
    if report.problems:
        lines.append("Something was blocked; what was published before stands as it was.")
    return "\n".join(lines)


def _deliveries_line(entries: list[Entry]) -> str:
    accepted = [e for e in entries if e.status == "accepted"]
    return (
        f"Deliveries: {len(accepted)} accepted, {len(entries) - len(accepted)} refused; "
        f"rows: {sum(e.rows_accepted for e in accepted):,} accepted, "
        f"{sum(e.rows_quarantined for e in accepted):,} quarantined, "
        f"{sum(e.rows_warned for e in accepted):,} with a warning"
    )


def _rows_line(rows: RowCounts) -> str:
    kinds = ((rows.quarantined, "refused"), (rows.warned, "with a warning"), (rows.found, "found by the warehouse"))
    still = ", ".join(f"{number:,} {kind}" for number, kind in kinds if number) or "none"
    return f"Rows mended by these deliveries: {rows.resolved:,}; open now: {still} (twe quarantine)"


def _publication_line(made: Publication) -> str:
    synthetic = " - SYNTHETIC demo data" if made.synthetic else ""
    return f"{made.path} (as of {made.as_of}, municipalities of {made.geography_date}){synthetic}"


def demo_text(summary: DemoSummary) -> str:
    """What the demo wrote."""
    return f"SYNTHETIC: {summary}. No person in them exists. Next: twe run"


def status_text(settings: Settings, today: dt.date | None = None) -> str:
    """Deliveries per source and what is late, what is refused, the rules broken most, and the publications."""
    today = today or clock.today()
    workspace = Workspace(settings, today)
    entries = workspace.entries()
    lines = [f"Data folder: {settings.folder.root}", f"Inbox:       {settings.inbox_folder}"]
    if entries and workspace.synthetic:
        lines.append("All deliveries are SYNTHETIC demo data.")
    lines.append("")
    lines.append(
        f"{'source':<24} {'deliveries':>10} {'refused':>8} {'accepted':>11} {'quarantined':>12} {'newest':>11}"
    )
    once = ledger.once(entries)
    for source in workspace.contracts:
        own = [e for e in once if e.source == source]
        accepted = [e for e in own if e.status == "accepted"]
        newest = max((e.delivered_on for e in accepted), default=None)
        rhythm = workspace.contracts[source].rhythm
        # Demo deliveries come once; nobody waits for the next.
        late = rhythm.state(newest, today) if rhythm and newest and not workspace.synthetic else ""
        lines.append(
            f"{source:<24} {len(own):>10} {len(own) - len(accepted):>8} {sum(e.rows_accepted for e in accepted):>11,} "
            f"{sum(e.rows_quarantined for e in accepted):>12,} {newest or '-'!s:>11}"
            + (f"  {late}" if late not in ("", "on time") else "")
        )
    waiting = workspace.inbox.new + workspace.inbox.clashes
    others = counted(len(workspace.inbox.strangers), "other file")
    lines += ["", f"Waiting in the inbox: {counted(len(waiting), 'delivery', 'deliveries')}, {others}"]
    lines += [f"  not a delivery  {name}: {why}" for name, why in workspace.inbox.strangers]
    tried = {e.file_name: e for e in sorted(entries, key=lambda e: e.loaded_at) if e.status == "rejected"}
    lines += [
        f"  refused  {e.file_name}: {e.message}" + (" (mended since)" if _mended(e, entries) else "")
        for e in entries
        if e is tried.get(e.file_name)
    ]
    broken: Counter[tuple[str, str, str]] = Counter()
    for entry in entries:
        broken.update({(entry.source, r.rule, r.on_fail): r.rows for r in entry.reasons})
    broken.update(warehouse_findings(settings.folder))
    if broken:
        lines += ["", "Rules broken most (twe quarantine shows all):"]
        lines += [f"  {n:>8,}  {on_fail:<6} {source}: {rule}" for (source, rule, on_fail), n in broken.most_common(10)]
    if newest := report_page.latest(settings.folder):
        lines += ["", f"Quality report: {newest}"]
    made = publication.published(settings.folder)
    now = publication.current(settings.folder)
    lines += ["", "Publications:" if made else "Nothing has been published yet: run twe run."]
    lines += [f"  {'current' if now and p.path == now.path else '':<8} {_publication_line(p)}" for p in made]
    return "\n".join(lines)


def _mended(refused: Entry, entries: list[Entry]) -> bool:
    return any(
        e.file_name == refused.file_name and e.status == "accepted" and e.loaded_at > refused.loaded_at for e in entries
    )
