"""The version of the code: the same everywhere for the same code, another one when what shapes figures changes."""

import re
import shutil
from pathlib import Path

import pytest

from orchestration.store.paths import PROJECT
from orchestration.warehouse import code_version


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project that may be changed."""
    copy = tmp_path / "elders"
    skip = shutil.ignore_patterns("target", "__pycache__")
    for folder, _ in code_version.SHAPING:
        shutil.copytree(PROJECT / folder, copy / folder, ignore=skip)
    monkeypatch.setattr(code_version, "PROJECT", copy)
    return copy


def now() -> str:
    return code_version.code_version.__wrapped__()


def test_the_version_is_the_packages_with_a_digest() -> None:
    assert re.fullmatch(r"[0-9][^+]*\+[0-9a-f]{8}", code_version.code_version())


def test_the_same_code_elsewhere_has_the_same_version(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = now()
    with monkeypatch.context() as original:
        original.setattr(code_version, "PROJECT", PROJECT)
        assert now() == copied


@pytest.mark.parametrize(
    "changed",
    [
        "orchestration/ingest/parsing.py",
        "expectations/routing.py",
        "exports/xlsx/cells.py",
        "dbt_project/macros/dates.sql",
        "dbt_project/models/marts/mart_outflow.sql",
        "dbt_project/seeds/class_sets.csv",
        "dbt_project/dbt_project.yml",
    ],
)
def test_a_change_of_what_shapes_the_figures_changes_the_version(changed: str, project: Path) -> None:
    before = now()
    (project / changed).write_text((project / changed).read_text() + "\n")
    assert now() != before


def test_a_file_that_moves_changes_the_version(project: Path) -> None:
    before = now()
    (project / "exports" / "build.py").rename(project / "exports" / "make.py")
    assert now() != before


@pytest.mark.parametrize("beside", ["expectations/trajecten.yml", "exports/questions/twe-2024.yml", "dbt_project/x.md"])
def test_rules_questions_and_documentation_have_versions_of_their_own(beside: str, project: Path) -> None:
    before = now()
    with (project / beside).open("a") as file:
        file.write("\n# changed\n")
    assert now() == before
