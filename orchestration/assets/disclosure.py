"""Disclosure control as an asset, with its audit as a check that everybody sees."""

import dagster as dg

from orchestration.answers import disclosure
from orchestration.assets import publish
from orchestration.assets.describing import ANALYSTS, see
from orchestration.assets.lake import POOL
from orchestration.assets.publish import PUBLICATION
from orchestration.ingest.workspace import Workspace
from orchestration.progress import step
from orchestration.resources import AnswerConfig

DISCLOSURE = dg.AssetKey("disclosure_control")
AUDIT = "audit"


def build() -> dg.AssetsDefinition:
    @dg.asset(
        key=DISCLOSURE,
        deps=[PUBLICATION],
        group_name="annexes",
        kinds={"python"},
        owners=ANALYSTS,
        pool=POOL,
        metadata=see("docs/disclosure.md", "orchestration/answers/disclosure.py"),
        automation_condition=dg.AutomationCondition.eager(),
        required_resource_keys={"workspace", "answer"},
        check_specs=[
            dg.AssetCheckSpec(
                AUDIT,
                asset=DISCLOSURE,
                description="No hidden small count can be worked out from what is published. When this fails no "
                "public edition is written; the confidential ones are.",
            )
        ],
        description="Which figures the public editions hide, decided for all annexes of this publication together.",
    )
    def disclosure_control(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        workspace: Workspace = context.resources.workspace
        answer: AnswerConfig = context.resources.answer
        source = publish.of_run(workspace, answer)
        with step("disclosure control") as shown:
            summary = disclosure.ensure(workspace.settings, source, answer.years).summary
            share = 100 * summary.hidden / summary.counts if summary.counts else 0.0
            shown.summary = f"{summary.hidden:,} of {summary.counts:,} counts hidden ({share:.1f} %)"
        told = {
            "counts": summary.counts,
            "hidden counts": summary.hidden,
            "hidden, %": round(share, 2),
            "policy": dg.MetadataValue.md("\n".join(f"- {line}" for line in summary.policy)),
            "audit": dg.MetadataValue.md("\n".join(f"- {line}" for line in summary.audit)),
        }
        return dg.MaterializeResult(
            metadata=told,
            check_results=[
                dg.AssetCheckResult(
                    check_name=AUDIT, passed=summary.passed, severity=dg.AssetCheckSeverity.ERROR, metadata=told
                )
            ],
        )

    return disclosure_control
