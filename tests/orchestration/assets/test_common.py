"""What passes by itself is tried again; what is wrong is not."""

import dagster as dg
import pytest

from orchestration.assets.common import RETRIES, retried
from orchestration.store.lock import BusyError
from orchestration.warehouse.dbt import DbtError


@pytest.mark.parametrize(
    "error",
    [
        BusyError("another run is busy"),
        PermissionError("the workbook is open somewhere"),
        DbtError("dbt build failed: IO Error: Could not set lock on file warehouse.duckdb"),
    ],
)
def test_trouble_that_passes_is_tried_again(error: Exception) -> None:
    with pytest.raises(dg.RetryRequested) as asked, retried():
        raise error
    assert asked.value.max_retries == RETRIES and asked.value.__cause__ is error


@pytest.mark.parametrize("error", [DbtError("dbt build failed: Got 3 results"), ValueError("x"), dg.Failure("y")])
def test_bad_data_are_not(error: Exception) -> None:
    with pytest.raises(type(error)) as raised, retried():
        raise error
    assert raised.value is error
