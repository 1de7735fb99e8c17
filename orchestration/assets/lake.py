"""Ingest as assets: one per source, with one check that shows its suite's counts per rule."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from expectations import contract
from expectations.contract import SourceContract
from orchestration import jobs, results
from orchestration.assets.common import ENGINEERS, STEWARDS, retried, see, table
from orchestration.ingest.ledger import Entry
from orchestration.ingest.load import SourceLoad
from orchestration.ingest.storage import LAKE_TYPES
from orchestration.ingest.workspace import Workspace
from orchestration.progress import step
from orchestration.quality.senders import unusual
from orchestration.quality.senders.unusual import Finding, Silence

CHECK, UNUSUAL = "suite", "unusual"
MOST_SHOWN = 10
"""Lines in the description of a check; all are in its table."""
HISTORY = 12
"""Deliveries that a check shows over time."""


def build() -> list[dg.AssetsDefinition]:
    """The inbox, one lake asset per source contract, and the ledger over them all."""
    contracts = [contract.load(name) for name in contract.sources()]
    return [_inbox(), *map(_lake, contracts), _ledger()]


def _inbox() -> dg.AssetsDefinition:
    @dg.asset(
        key=jobs.INBOX,
        group_name=jobs.DELIVERIES,
        kinds={"file"},
        owners=STEWARDS,
        metadata=see("docs/data-steward.md", "orchestration/ingest/inbox.py"),
        pool=jobs.POOL,
        required_resource_keys={"workspace"},
        description="What lies in the inbox: new deliveries, known ones, and files that are no delivery.",
        check_specs=[
            dg.AssetCheckSpec("names", asset=jobs.INBOX, description="Every file in the inbox is named as a delivery.")
        ],
    )
    def inbox(context: dg.AssetExecutionContext) -> Iterator[Any]:
        with retried():
            found = context.resources.workspace.inbox
        yield dg.MaterializeResult(
            metadata={
                "new": len(found.new),
                "already loaded": len(found.loaded) + len(found.repeats),
                "rejected before": len(found.rejected_before),
                "not a delivery": len(found.unrecognised),
            }
        )
        unrecognised = [{"file": name, "reason": reason} for name, reason in found.unrecognised]
        yield dg.AssetCheckResult(
            check_name="names",
            passed=not found.unrecognised,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"not a delivery": table({"file": "string", "reason": "string"}, unrecognised)},
        )

    return inbox


def _lake(source: SourceContract) -> dg.AssetsDefinition:
    (key,) = jobs.lake([source.source])
    suite = f"The {len(source.rules)} expectations of expectations/{source.source}.yml."

    @dg.asset(
        key=key,
        deps=[jobs.INBOX],
        group_name=jobs.DELIVERIES,
        kinds={"parquet", "greatexpectations"},
        owners=STEWARDS,
        metadata={**see(f"expectations/{source.source}.yml", "docs/data-steward.md"), **_columns(source)},
        freshness_policy=_freshness(source),
        pool=jobs.POOL,
        required_resource_keys={"workspace"},
        description=f"{source.title}. {source.description} {source.timing} Rules: expectations/{source.source}.yml.",
        check_specs=[
            dg.AssetCheckSpec(CHECK, asset=key, description=suite),
            dg.AssetCheckSpec(
                UNUSUAL, asset=key, description="Its new deliveries are as usual, and no sender is silent."
            ),
        ],
    )
    def lake(context: dg.AssetExecutionContext) -> Iterator[Any]:
        workspace: Workspace = context.resources.workspace
        with step(source.source) as shown, retried():
            done = workspace.load(source.source, context.run.run_id)
            shown.summary = done.text
        yield dg.MaterializeResult(
            metadata={
                "deliveries": len(done.entries),
                "files rejected": len(done.rejected),
                "files changed while read": len(done.changed),
                "rows read": done.total("rows_read"),
                "dagster/row_count": done.total("rows_accepted"),
                "rows quarantined": done.total("rows_quarantined"),
                "rows warned": done.total("rows_warned"),
                # Numbers, so that the page draws them over the loads: shares, and each rule, 0 included.
                "quarantined %": done.share("rows_quarantined"),
                "warned %": done.share("rows_warned"),
                **{f"{r.on_fail}: {r.name}": done.rows_by_rule.get((r.name, r.on_fail), 0) for r in source.rules},
                "suite version": source.version,
            }
        )
        own = [e for e in workspace.entries() if e.source == source.source]
        new = [e for e in workspace.unreported() if e.source == source.source]
        yield _check(source, done, [e for e in new if e.status == "rejected"], own)
        silent = unusual.silent(own, workspace.present)
        yield _unusual_check(unusual.find(workspace.data, source, own, new), silent)

    return lake


def _check(source: SourceContract, done: SourceLoad, rejected: list[Entry], own: list[Entry]) -> dg.AssetCheckResult:
    """Red when a file was rejected, here or in a killed run; yellow for quarantined or warned rows. Never a value."""
    rows = done.rows_by_rule
    return dg.AssetCheckResult(
        check_name=CHECK,
        passed=not rows and not rejected,
        severity=dg.AssetCheckSeverity.ERROR if rejected else dg.AssetCheckSeverity.WARN,
        description=done.text,
        metadata={
            "deliveries": len(done.entries),
            "rows quarantined": done.total("rows_quarantined"),
            "rows warned": done.total("rows_warned"),
            "rules": _rules_table(source, done),
            "judged by": "; ".join(sorted({e.judged_by for e in done.entries if e.judged_by})) or "-",
            "trend": _history(own),
            "the rows themselves": f"twe quarantine --source {source.source}",
            **results.rejected_files(rejected),
        },
    )


def _unusual_check(findings: list[Finding], silent: list[Silence]) -> dg.AssetCheckResult:
    """Yellow when a new delivery stands out beside the former ones of its sender, or a sender has gone silent."""
    told = [{"what": str(one)} for one in (*findings, *silent)]
    return dg.AssetCheckResult(
        check_name=UNUSUAL,
        passed=not told,
        severity=dg.AssetCheckSeverity.WARN,
        description="\n".join(line["what"] for line in told[:MOST_SHOWN]) or "As usual.",
        metadata={"unusual": table({"what": "string"}, told), "number": len(told)},
    )


def _rules_table(source: SourceContract, done: SourceLoad) -> dg.TableMetadataValue:
    """Every rule of the suite with the rows that broke it, most first."""
    rows = {rule.name: done.rows_by_rule.get((rule.name, rule.on_fail), 0) for rule in source.rules}
    lines = [
        {"rule": r.name, "on_fail": r.on_fail, "rows": rows[r.name], "meaning": r.meaning, "what to do": r.remedy}
        for r in sorted(source.rules, key=lambda rule: -rows[rule.name])
    ]
    columns = {"rule": "string", "on_fail": "string", "rows": "int", "meaning": "string", "what to do": "string"}
    return table(columns, lines)


def _history(entries: list[Entry]) -> dg.TableMetadataValue:
    """The newest deliveries of the source, newest first, so that one check shows the trend."""
    counts = ("rows_read", "rows_accepted", "rows_quarantined", "rows_warned")
    newest = sorted(entries, key=lambda e: (e.delivered_on, e.file_name, e.loaded_at), reverse=True)[:HISTORY]
    return table(
        {"delivery": "string", "status": "string", **dict.fromkeys(counts, "int")},
        [{"delivery": e.file_name, "status": e.status, **{c: getattr(e, c) for c in counts}} for e in newest],
    )


def _columns(source: SourceContract) -> dict[str, dg.TableSchema]:
    """The columns as they lie in the lake."""
    columns = [
        dg.TableColumn(
            c.lake_name, LAKE_TYPES[c.type], c.description, dg.TableColumnConstraints(nullable=c.name not in source.key)
        )
        for c in source.columns
    ]
    return {"dagster/column_schema": dg.TableSchema(columns)}


def _freshness(source: SourceContract) -> dg.FreshnessPolicy | None:
    if (r := source.rhythm) is None:
        return None
    return dg.FreshnessPolicy.time_window(fail_window=r.overdue_after, warn_window=r.late_after)


def _ledger() -> dg.AssetsDefinition:
    @dg.asset(
        key=jobs.LEDGER,
        deps=sorted(jobs.lake(contract.sources())),
        group_name=jobs.DELIVERIES,
        kinds={"parquet"},
        owners=ENGINEERS,
        metadata=see("orchestration/ingest/ledger.py", "docs/data-engineer.md"),
        pool=jobs.POOL,
        required_resource_keys={"workspace"},
        description="One row per delivery: what came in, what was rejected and why. What is not here was never loaded.",
    )
    def deliveries(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        entries = workspace.entries()
        accepted = [e for e in entries if e.status == "accepted"]
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": len(entries),
                "accepted": len(accepted),
                "rejected": len(entries) - len(accepted),
                "rows accepted": sum(e.rows_accepted for e in accepted),
                "rows quarantined": sum(e.rows_quarantined for e in accepted),
            }
        )

    return deliveries
