"""What a machine must have before Spark is asked for anything: known in one line, before a delivery is touched."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import runner
from orchestration.runner import RunRequest
from orchestration.store.paths import DataFolder
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


def written(data: DataFolder, schema: str, table: str, rows: str) -> None:
    """A table as Spark writes it."""
    folder = data.spark / "tables" / f"{schema}.db" / table
    folder.mkdir(parents=True)
    (folder / "_SUCCESS").touch()
    with duckdb.connect() as con:
        con.execute(f"copy ({rows}) to '{folder}/part-0.parquet' (format parquet)")


def node(kind: str, name: str, *columns: tuple[str, str, bool]) -> dict[str, Any]:
    """As in dbt's manifest; a column is (name, type, whether it must be filled)."""
    described = {
        column: {"name": column, "data_type": of, "constraints": [{"type": "not_null"}] if must else []}
        for column, of, must in columns
    }
    return {"resource_type": kind, "schema": "marts", "alias": name, "name": name, "columns": described}


def test_tables_become_the_warehouse_in_the_form_of_their_contracts(data: DataFolder) -> None:
    """The types and the order of columns are the contract's, as they are where DuckDB builds."""
    written(data, "marts", "mart_a", "select 2.5 as share, cast(7 as smallint) as n, 'x' as code")
    written(data, "marts", "classes", "select 'a' as code, 1 as bound")
    contract = node("model", "mart_a", ("code", "varchar", True), ("n", "bigint", True), ("share", "double", False))
    assert spark._make_warehouse(data, [contract, node("seed", "classes"), node("model", "a_view")]) == []
    with duckdb.connect(str(data.warehouse), read_only=True) as con:
        assert con.execute("from marts.mart_a").fetchall() == [("x", 7, 2.5)]
        found = con.execute('select column_name, column_type, "null" from (describe marts.mart_a)').fetchall()
        assert found == [("code", "VARCHAR", "NO"), ("n", "BIGINT", "NO"), ("share", "DOUBLE", "YES")]
        assert con.execute("select table_name from duckdb_tables() order by 1").fetchall() == [
            ("classes",),
            ("mart_a",),
        ]


def test_what_breaks_a_contract_is_named_without_its_row(data: DataFolder) -> None:
    """Spark makes a missing value of what it cannot cast, and holds no constraint."""
    written(data, "marts", "mart_a", "select 'geheim' as code, cast(null as integer) as n")
    contract = node("model", "mart_a", ("code", "varchar", True), ("n", "integer", True))
    (broken,) = spark._make_warehouse(data, [contract])
    assert broken.startswith("mart_a: ") and "NOT NULL" in broken and "n" in broken and "geheim" not in broken


def test_without_the_packages_the_command_that_adds_them_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(spark, "version", lacks)
    with pytest.raises(SettingsError, match=r"needs the package dbt-spark, which is not installed; .*`make spark`"):
        spark.require(Settings(engine="spark"))
    spark.require(Settings(engine="duckdb"))  # asks for nothing of it


def test_a_data_folder_that_spark_would_take_for_a_pattern_is_refused(installed: None, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^TWE_DATA: .*\{x\} holds \{ or \}, which Spark takes for a pattern; "):
        spark.require(Settings(data=tmp_path / "{x}", engine="spark"))
    spark.require(Settings(data=tmp_path / "{x}"))
