"""Jobs: the whole way, and its parts. In one process: a process per step would import everything anew each time."""

from __future__ import annotations

import dagster as dg

ALL = "deliveries_to_annexes"
LOAD = "load_deliveries"
ANSWER = "answer_questions"
STARTED_BY, COMMAND_LINE = "started_by", "command line"
"""Tag of a run that `twe run` made, and its value."""
REFUSED = "refused: "
"""Begins the name of the metadata of a check that holds why a file was refused; the name of the file follows."""


def build() -> list[dg.UnresolvedAssetJobDefinition]:
    door = dg.AssetSelection.groups("deliveries") - dg.AssetSelection.assets(dg.AssetKey(["work", "run_settings"]))

    def job(name: str, selection: dg.AssetSelection, description: str) -> dg.UnresolvedAssetJobDefinition:
        return dg.define_asset_job(
            name, selection=selection, description=description, executor_def=dg.in_process_executor
        )

    return [
        job(ALL, dg.AssetSelection.all(), "New deliveries through the door, the marts, the publication, the annexes."),
        job(LOAD, door, "New deliveries through the door, no further."),
        job(ANSWER, dg.AssetSelection.all() - door, "Marts, publication and annexes from what is loaded."),
    ]
