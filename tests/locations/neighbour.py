"""Another code location, with definitions of its own: an office that reads what this project publishes.

It knows of this project only where the published tables are (`TWE_DATA`) and the pool of those who write (`writer`).
Steps are processes of their own, and say which.
"""

import hashlib
import json
import os
import time
from pathlib import Path

import dagster as dg

NAME = "neighbour"
JOB = "office"
POOL = "writer"
DIGESTS = "digests.json"


def _own() -> Path:
    folder = Path(os.environ["NEIGHBOUR_DATA"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _noted(name: str) -> None:
    """Holds what it does for a while, so that others come to wait for it."""
    time.sleep(float(os.environ.get("NEIGHBOUR_SECONDS", "0")))
    (_own() / f"{name}.pid").write_text(str(os.getpid()), encoding="ascii")


@dg.asset
def read_marts() -> None:
    """The digest of every published table, of one publication."""
    current = (Path(os.environ["TWE_DATA"]) / "published" / "current").resolve(strict=True)
    digests = {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(current.glob("*.parquet"))}
    (_own() / DIGESTS).write_text(json.dumps(digests), encoding="ascii")
    _noted("read_marts")


@dg.asset(deps=[read_marts], pool=POOL)
def letter() -> None:
    _noted("letter")


@dg.asset(deps=[read_marts], pool=POOL)
def list_of_places() -> None:
    _noted("list_of_places")


@dg.asset(deps=[read_marts])
def drawing() -> None:
    _noted("drawing")


STEPS = ("read_marts", "letter", "list_of_places", "drawing")


@dg.definitions
def defs() -> dg.Definitions:
    executor = dg.multiprocess_executor.configured({"max_concurrent": 3})
    job = dg.define_asset_job(JOB, dg.AssetSelection.all(), executor_def=executor)
    return dg.Definitions([read_marts, letter, list_of_places, drawing], jobs=[job], executor=executor)
