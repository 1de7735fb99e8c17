"""The jobs, and the keys of the assets between which a run chooses.

One process per job: a process per step would import everything anew each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import dagster as dg

from expectations import contract
from orchestration.answers import documents
from orchestration.answers.questions import sound
from orchestration.store.settings import Settings

if TYPE_CHECKING:
    from dagster import AssetSpec
    from dagster._core.definitions.assets.graph.asset_graph import AssetNode

    from orchestration.planning import RemainingWork

ALL = "deliveries_to_annexes"
LOAD = "load_deliveries"
ANSWER = "answer_questions"
STARTED_BY, COMMAND_LINE = "started_by", "command line"
"""Tag of a run that `twe run` made, and its value."""
DELIVERIES = "deliveries"
"""Group of everything from the inbox up to the ledger."""
POOL = "writer"
"""Concurrency pool of what writes in the data folder: one at a time."""

INBOX = dg.AssetKey("inbox")
LEDGER = dg.AssetKey(["ledger", "deliveries"])
RUN_SETTINGS = dg.AssetKey(["work", "run_settings"])
ROWS_BY_OCMW = dg.AssetKey(["work", "rows_by_ocmw"])
PUBLICATION = dg.AssetKey("publication")
QUALITY_REPORT = dg.AssetKey(["reports", "quality"])
DISCLOSURE = dg.AssetKey("disclosure_control")
FIGURE_BOOK = dg.AssetKey("figure_book")


def lake(sources: Iterable[str]) -> set[dg.AssetKey]:
    """The assets that load these sources."""
    return {dg.AssetKey(["lake", source]) for source in sources}


def document(question_id: str, name: str) -> dg.AssetKey:
    """An annex (`name` is its key) or the answer (`orchestration.answers.documents.ANSWER`) of a question."""
    return dg.AssetKey(["annexes", question_id, name])


def build() -> list[dg.UnresolvedAssetJobDefinition]:
    """The three jobs: everything, loading alone, and everything after it."""
    loading = dg.AssetSelection.groups(DELIVERIES) - dg.AssetSelection.assets(RUN_SETTINGS, ROWS_BY_OCMW)

    def job(name: str, selection: dg.AssetSelection, description: str) -> dg.UnresolvedAssetJobDefinition:
        return dg.define_asset_job(name, selection, description=description, executor_def=dg.in_process_executor)

    return [
        job(ALL, dg.AssetSelection.all(), "Ingest new deliveries, build the marts, publish them, write the annexes."),
        job(LOAD, loading, "Ingest new deliveries, no further."),
        job(ANSWER, dg.AssetSelection.all() - loading, "Marts, publication and annexes from what is loaded."),
    ]


def dbt_node(asset: AssetSpec | AssetNode) -> str | None:
    """dbt's name of the model or seed that an asset is; None for another asset."""
    return asset.metadata.get("dagster_dbt/unique_id")


def selected(
    settings: Settings, job: dg.JobDefinition, work: RemainingWork, built: Collection[str]
) -> list[dg.AssetKey]:
    """Those of the assets of the whole job that have work to do. `built` are models that would become what they are, by
    dbt's names.

    A source without new deliveries is left out, so that it keeps the check of its last load on the page.
    """
    written = {document(q.id, name) for q in sound(settings).values() for name in documents.names(q)}
    assets = list(job.asset_layer.executable_asset_keys)
    wanted = lake(work.sources) | {document(question.id, name) for question, name in work.documents}
    wanted |= {key for key, asked in ((DISCLOSURE, work.control), (FIGURE_BOOK, work.figure_book)) if asked}
    if work.sources:
        wanted.add(INBOX)
    if work.build:
        wanted |= set(assets) - {INBOX, DISCLOSURE, FIGURE_BOOK, *lake(contract.sources()), *written}
        wanted -= {key for key in assets if dbt_node(job.asset_layer.get(key)) in built}
    return [key for key in assets if key in wanted]
