"""The tiny publication, written once for all tests of the exports. They read it; who wants another makes one.

Most tests here are about what is done with a figure, whatever tables show it: they show everything by year. Those that
are about what is handed out take the tables of the project."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exports.disclosure import policy
from tests.disclosure.tables import EVERYTHING, PROJECT, text_with
from tests.exports.tiny_publication import make_publication


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_publication(tmp_path_factory.mktemp("publication"))


@pytest.fixture(autouse=True, scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        path = tmp_path_factory.mktemp("policy") / "policy.yml"
        path.write_text(text_with(EVERYTHING), encoding="utf-8")
        patch.setattr(policy, "FILE", path)
        yield


@pytest.fixture
def project_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "FILE", PROJECT)
