"""What the tests of `twe protect` start from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.answers import disclosure
from orchestration.store.settings import Settings
from orchestration.warehouse import publication
from orchestration.warehouse.publication import Publication
from tests.conftest import Finished
from tests.exports.cell_keys import policy_file


@pytest.fixture(params=["within_two", "base_three"])
def changing(request, finished: Finished, tmp_path: Path, monkeypatch) -> Settings:
    """Settings under which counts are changed."""
    monkeypatch.setattr(disclosure, "DISCLOSURE_POLICY", policy_file(tmp_path, request.param))
    return finished.settings


@pytest.fixture(autouse=True)
def private() -> Iterator[None]:
    """What is written into the shared folder is closed to others, as the processes of the product have it."""
    mask = os.umask(0o077)
    yield
    os.umask(mask)


@pytest.fixture
def made(finished: Finished) -> Publication:
    found = publication.current(finished.data)
    assert found
    return found
