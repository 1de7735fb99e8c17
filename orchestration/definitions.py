"""The Dagster definitions: everything together. Nothing is read or written until `defs` is called."""

from __future__ import annotations

import dagster as dg

from orchestration import automation, dbt, jobs
from orchestration.assets import annexes, disclosure, lake, publish, quality, warehouse
from orchestration.questions import known
from orchestration.resources import AnswerConfig, workspace_resource
from orchestration.settings import Settings, load_settings

PUBLISHED_LAYER = "marts"


def build_definitions(settings: Settings) -> dg.Definitions:
    """All assets, checks, jobs, the sensor and the schedule, for one data folder."""
    warehouse_assets = warehouse.build(dbt.manifest(settings.folder))
    marts = [
        key for asset in warehouse_assets for key in asset.keys if asset.group_names_by_key.get(key) == PUBLISHED_LAYER
    ]
    documents = annexes.build(known(settings).values())
    sensors, schedules = automation.build(settings)
    return dg.Definitions(
        assets=[
            *lake.build(),
            *warehouse_assets,
            publish.build(marts),
            quality.build(),
            disclosure.build(),
            *documents,
        ],
        jobs=jobs.build(),
        sensors=sensors,
        schedules=schedules,
        resources={"workspace": workspace_resource(settings), "answer": AnswerConfig()},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    return build_definitions(load_settings())
