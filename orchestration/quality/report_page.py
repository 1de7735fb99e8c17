"""The quality report as one HTML page that needs nothing else: no network, no script, no font of its own."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from expectations.contract import warehouse_texts
from orchestration.ingest import ledger
from orchestration.ingest.ledger import Entry
from orchestration.ingest.workspace import Workspace
from orchestration.quality import alike, counts
from orchestration.quality import report as quality
from orchestration.quality.cases import Case
from orchestration.quality.kept_counts import KeptCounts
from orchestration.quality.recipients import UNKNOWN, Recipient, Recipients
from orchestration.quality.report import QualityReport
from orchestration.quality.senders import trend, unusual
from orchestration.quality.senders.trend import OcmwCounts
from orchestration.store.files import replaced
from orchestration.store.paths import DataFolder
from orchestration.store.settings import ZONE
from orchestration.warehouse import publication
from orchestration.warehouse.run_dates import NothingAcceptedError, resolve

TEMPLATE = Path(__file__).with_name("report.html.j2")
KEPT = 30
"""Reports kept: the newest ones."""
NAME = "kwaliteitsrapport"
WIDTH, HEIGHT, WIDEST = 480, 80, 48
"""Of the bars, in pixels; a bar is at most WIDEST wide."""
SMALL = 50
"""Rows; the share of a smaller delivery says nothing beside that of others."""
MOST_OCMWS = 25


def write(workspace: Workspace, blocked: bool = False) -> tuple[Path, QualityReport] | None:
    """Writes the report on the newest run that brought deliveries, and lets `kwaliteitsrapport.html` lead to it.

    Deliveries of earlier runs that were killed before they were reported are part of it.
    Returns its path and its content; None when nothing was ever delivered.
    """
    entries = workspace.entries()
    if not entries:
        return None
    last = max(entries, key=lambda e: (e.loaded_at, e.run_id))
    runs = {last.run_id, *(e.run_id for e in workspace.unreported())}
    files = {e.file_name for e in entries if e.run_id in runs}
    warehouse = counts.warehouse_findings(workspace.data)
    kept = KeptCounts(workspace.data)
    found = alike.counted(workspace.data, kept)
    kept.save()
    row_counts = counts.per_source(found, files)
    made = quality.make(
        entries,
        workspace.present,
        workspace.contracts,
        warehouse,
        warehouse_texts(),
        row_counts,
        blocked,
        runs,
        ocmws=_ocmws(workspace, found),
        unusual=unusual.of_run(workspace, [e for e in entries if e.run_id in runs]),
        silent=unusual.silent(entries, workspace.present),
        number_changes=counts.number_changes(workspace.data),
    )
    assert made, "there are deliveries"
    path = workspace.data.reports / f"{NAME}_{made.loaded_at:%Y-%m-%dT%H%M%S}_{made.run_id[:8]}.html"
    with replaced(path) as temporary:
        temporary.touch(mode=0o660)
        temporary.write_text(page(made), encoding="utf-8")
    with replaced(workspace.data.quality_report) as link:
        link.symlink_to(path.name)
    for old in sorted(workspace.data.reports.glob(f"{NAME}_*.html"))[:-KEPT]:
        old.unlink()
    return path, made


def _ocmws(workspace: Workspace, found: Sequence[Case]) -> list[OcmwCounts]:
    newest = ledger.newest_accepted(workspace.entries())
    if newest is None:
        return []
    who = Recipients(newest)
    counted = workspace.data.rows_by_ocmw if workspace.counted_at == (newest, newest) else None
    return trend.per_ocmw(found, who, trend.read_per_year(workspace.data, newest, who, counted), by_source=False)


def ensure(workspace: Workspace) -> None:
    """Writes the report of a run that was blocked or killed before it wrote one, so that it shows what was rejected."""
    entries = workspace.entries()
    if not entries:
        return
    last = max(entries, key=lambda e: (e.loaded_at, e.run_id))
    shown = latest(workspace.data)
    if shown is None or not shown.stem.endswith(f"_{last.run_id[:8]}"):
        write(workspace, blocked=not _is_published(workspace.data, entries))


def _is_published(data: DataFolder, entries: Sequence[Entry]) -> bool:
    """Whether what was delivered is published: a run that was killed after that was not blocked."""
    try:
        return publication.of_dates(data, entries, resolve(entries)) is not None
    except NothingAcceptedError:
        return False


def latest(data: DataFolder) -> Path | None:
    """The newest report."""
    return data.quality_report.resolve() if data.quality_report.exists() else None


def page(made: QualityReport) -> str:
    """The report as HTML."""
    import jinja2

    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": number, "percent": percent, "rows": rows, "day": day, "moment": moment}
    environment.filters |= {"sender": sender, "decimal": decimal}
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        report=made, bars=bars, year_label=trend.year_label, HEIGHT=HEIGHT, SMALL=SMALL, MOST=MOST_OCMWS
    )


def day(value: dt.date | None) -> str:
    """`31/01/2024`, or a dash."""
    return f"{value:%d/%m/%Y}" if value else "\N{EN DASH}"


def moment(value: dt.datetime) -> str:
    """A time in UTC as a clock in Belgium shows it."""
    return f"{value.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(ZONE)):%d/%m/%Y om %H:%M}"


def sender(value: Recipient | None) -> str:
    """Whose deliveries, after `leveringen` or `levering`."""
    if value is None:
        return "van andere afzenders"
    if value.label:
        return f"met label {value.label}"
    return "zonder label" if value == UNKNOWN else f"van {value.name}"


def decimal(value: float | None, unit: str) -> str:
    """A number with a sign and two decimals, or a dash."""
    return "\N{EN DASH}" if value is None else f"{value:+.2f}".replace(".", ",") + f"\N{NO-BREAK SPACE}{unit}"


def number(value: int) -> str:
    """A whole number as it is written in Dutch; a no-break space parts the thousands."""
    return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}")


def rows(value: int, one: str = "rij", many: str = "rijen") -> str:
    """`1 rij`, `2 rijen`."""
    return f"{number(value)} {one if value == 1 else many}"


def percent(value: float | None, decimals: int = 2) -> str:
    """A percentage, or a dash when there is nothing to divide by."""
    return "\N{EN DASH}" if value is None else f"{value:.{decimals}f}".replace(".", ",") + "\N{NO-BREAK SPACE}%"


def bars(deliveries: list[tuple[Entry, bool]], width: int = WIDTH, height: int = HEIGHT) -> dict[str, object] | None:
    """Bars of the share of quarantined and warned rows per delivery, oldest first; None with nothing to compare."""
    read = [e for e, _ in reversed(deliveries) if e.rows_read]
    large = [e for e in read if e.rows_read >= SMALL]
    entries = large if len(large) > 1 else read  # one wrong row of one would hide every other bar
    if len(entries) < 2:
        return None
    shares = [(100 * e.rows_quarantined / e.rows_read, 100 * e.rows_warned / e.rows_read) for e in entries]
    top = max(a + b for a, b in shares)
    scale = height / top if top else 0
    step = min(WIDEST, width // len(entries))
    gap = 4 if step > 8 else 1
    return {
        "width": width,
        "top": top,
        "first": day(entries[0].delivered_on),
        "last": day(entries[-1].delivered_on),
        "left_out": len(read) - len(entries),
        "bars": [
            {
                "x": index * step,
                "width": step - gap,
                "quarantined": round(quarantined * scale, 1),
                "warned": round(warned * scale, 1),
                "text": f"{day(entry.delivered_on)}: {percent(quarantined)} geweigerd, "
                f"{percent(warned)} met waarschuwing",
            }
            for index, (entry, (quarantined, warned)) in enumerate(zip(entries, shares, strict=True))
        ],
    }
