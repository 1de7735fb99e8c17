"""The Dagster definitions: everything together. Nothing is read or written until `defs` is called."""

import warnings

import dagster as dg

from orchestration import automation, jobs
from orchestration.answers.questions import sound
from orchestration.assets import annexes, lake, publish, warehouse
from orchestration.resources import RunOptions, workspace_resource
from orchestration.store.settings import Settings, load_settings
from orchestration.warehouse import dbt

PUBLISHED_LAYER = "marts"


def build_definitions(settings: Settings, for_page: bool = False) -> dg.Definitions:
    """All assets, checks, jobs, sensors and schedules, for one data folder. `for_page`: also what only it shows."""
    models = warehouse.build(dbt.manifest(settings.folder), for_page)
    marts = [key for asset in models for key in asset.keys if asset.group_names_by_key.get(key) == PUBLISHED_LAYER]
    sensors, schedules = automation.build(settings)
    return dg.Definitions(
        assets=[*lake.build(), *models, publish.build(marts), *annexes.build(sound(settings).values())],
        jobs=jobs.build(),
        sensors=sensors,
        schedules=schedules,
        resources={"workspace": workspace_resource(settings), "run_options": RunOptions()},
        executor=dg.in_process_executor,
    )


def quiet() -> None:
    """Hides that a part of Dagster is new and may change: its version is pinned, and tests would show a change."""
    for category in (dg.BetaWarning, dg.PreviewWarning):
        warnings.filterwarnings("ignore", category=category)


@dg.definitions
def defs() -> dg.Definitions:
    quiet()
    return build_definitions(load_settings(), for_page=True)
