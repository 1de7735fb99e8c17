"""What a machine must have before Spark is asked for anything: known in one line, before a delivery is touched."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from orchestration import runner
from orchestration.runner import RunRequest
from orchestration.store.settings import Settings, SettingsError
from orchestration.warehouse import spark
from tests.support.deliveries import KEY


def java(folder: Path, *lines: str) -> Path:
    """A Java that says no more than which one it is; returns its home."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    said = "\n".join(lines)
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\n")
    program.chmod(0o700)
    return folder


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The packages are there, whether they are or not."""
    monkeypatch.setattr(spark, "version", lambda package: "1.0")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('Picked up JAVA_TOOL_OPTIONS: -Xmx1g\njava version "21" 2023-09-19 LTS', 21),
        ('java version "1.8.0_402"', 8),
        ("what?", 0),
    ],
)
def test_java_is_asked_for_its_version(said: str, found: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path, said)))
    assert spark._java_version() == found


@pytest.mark.parametrize(
    ("said", "wrong"),
    [('openjdk version "11.0.2"', "and Java 11 was found"), (None, "and none was found")],
)
def test_without_a_java_that_runs_spark_nothing_is_changed(
    said: str | None, wrong: str, installed: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java(tmp_path / "jdk", said) if said else tmp_path))
    settings = Settings(data=tmp_path / "data", pseudonym_key=KEY.decode(), engine="spark")  # type: ignore[arg-type]
    with pytest.raises(SettingsError) as error:
        runner.run(settings, RunRequest())
    text = str(error.value)
    assert text.startswith("TWE_ENGINE=spark needs Java 17 or later, ") and wrong in text and "\n" not in text
    assert error.value.exit_code == 2
    assert not settings.data.exists()


def test_without_the_packages_the_command_that_adds_them_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(spark, "version", lacks)
    with pytest.raises(SettingsError, match=r"needs the package dbt-spark, which is not installed; .*`make spark`"):
        spark.require("spark")
    spark.require("duckdb")  # asks for nothing of it
