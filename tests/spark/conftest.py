"""Spark is an extra: where it is not set up these tests are skipped, and say what is missing."""

import pytest

from orchestration.store.settings import Settings, SettingsError
from orchestration.warehouse import spark


@pytest.fixture(scope="session", autouse=True)
def spark_is_set_up() -> None:
    try:
        spark.require(Settings(engine="spark"))
    except SettingsError as missing:
        pytest.skip(str(missing))
