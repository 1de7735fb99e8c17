"""The tiny publication, written once for all tests of the exports. They read it; who wants another makes one."""

from pathlib import Path

import pytest

from exports.disclosure import policy
from tests.disclosure.tables import DESIGNED
from tests.exports.tiny_publication import make_publication


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_publication(tmp_path_factory.mktemp("publication"))


@pytest.fixture
def designed_tables(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The policy with the tables of the example; returns its text."""
    (tmp_path / "policy.yml").write_text(DESIGNED, encoding="utf-8")
    monkeypatch.setattr(policy, "FILE", tmp_path / "policy.yml")
    return DESIGNED
