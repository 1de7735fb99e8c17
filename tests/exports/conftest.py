"""The tiny publication, written once for all tests of the exports. They read it; who wants another makes one."""

from pathlib import Path

import pytest

from tests.exports.tiny_publication import make_publication


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_publication(tmp_path_factory.mktemp("publication"))
