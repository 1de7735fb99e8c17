"""The Dagster instance of a data folder: runs, checks and metadata stay there for whoever opens the page later."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from orchestration.files import replaced
from orchestration.paths import DataFolder

if TYPE_CHECKING:
    from dagster import DagsterInstance

CONFIG = """\
# Written by twe when it is missing; change it as Dagster's documentation says.
telemetry: {enabled: false}
nux: {enabled: false}
concurrency:
  pools: {default_limit: 1, granularity: op}
  runs: {max_concurrent_runs: 1}
"""


def prepare(data: DataFolder) -> None:
    """Makes the instance's folder and tells Dagster of it."""
    config = data.dagster / "dagster.yaml"
    if not config.exists():
        with replaced(config) as temporary:
            temporary.write_text(CONFIG, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(data.dagster)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"


def open_instance(data: DataFolder) -> DagsterInstance:
    """The persistent instance under the data folder."""
    prepare(data)
    from dagster import DagsterInstance

    return DagsterInstance.get()
