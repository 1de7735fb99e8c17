"""dbt's build on Apache Spark instead of DuckDB: the only module of the product that knows of Spark.

Spark reads the lake, runs the models, seeds and tests, and writes its tables as Parquet below `work/spark`. When dbt
has ended they become the warehouse file, so that whatever reads the warehouse need not know which engine filled it.
Every build begins with nothing and leaves nothing but that file: Spark's catalog is kept in memory, the folder goes.

How Spark runs is for Spark's own `spark-defaults.conf` to say (docs/spark.md): a master, memory, addresses. Set here is
only what the figures, the data folder or the privacy of its rows depend on.
"""

import json
import logging
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from orchestration.store.paths import DataFolder
from orchestration.store.settings import Settings, SettingsError
from orchestration.store.sql import quote, read_parquet
from orchestration.warehouse import dbt

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

OLDEST_JAVA = 17
SECONDS_TO_END = 60
"""How long Spark may take to end before it is killed."""
LOOPBACK = "127.0.0.1"


def require(settings: Settings) -> None:
    """Raises `SettingsError` when the engine is Spark, and this machine lacks its packages or a Java that runs it, or
    Spark cannot use the data folder."""
    if settings.engine != "spark":
        return
    if set("{}") & set(str(settings.folder.root)):
        raise SettingsError(
            f"TWE_DATA: {settings.folder.root} holds {{ or }}, which Spark takes for a pattern; "
            "choose a folder without it, or take TWE_ENGINE=duckdb"
        )
    try:
        for package in ("dbt-spark", "pyspark"):
            version(package)
    except PackageNotFoundError as missing:
        raise SettingsError(
            f"TWE_ENGINE=spark needs the package {missing.name}, which is not installed; "
            "set it up with `make spark`, or take TWE_ENGINE=duckdb"
        ) from None
    found = _java_version()
    if found < OLDEST_JAVA:
        there = f"Java {found}" if found else "none"
        raise SettingsError(
            f"TWE_ENGINE=spark needs Java {OLDEST_JAVA} or later, and {there} was found; "
            "install openjdk-17-jre-headless or name another with JAVA_HOME, or take TWE_ENGINE=duckdb"
        )


def _java_version() -> int:
    """The Java that Spark would start: that of JAVA_HOME, else the first on the path. 0 when there is none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home, "bin", "java")) if home else "java")
    if not java:
        return 0
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    number = re.search(r'version "(?:1\.)?(\d+)', told)  # 8 calls itself 1.8
    return int(number[1]) if number else 0


def invoke(data: DataFolder, arguments: Sequence[str], on_event: Callable[[Any], None]) -> None:
    """As `dbt.invoke`, on Spark. What was built is in the warehouse file afterwards, also when a test failed. Raises
    `DbtError`, also for a table that breaks a constraint of its contract, which Spark does not hold."""
    manifest = json.loads(dbt.manifest(data).read_text(encoding="utf-8"))
    failure: dbt.DbtError | None = None
    try:
        with session(data) as opened:
            for source in manifest["sources"].values():
                _register(opened, data, source)
            try:
                dbt.invoke(data, [*arguments, "--target", "spark"], on_event, data.spark / "dbt")
            except dbt.DbtError as error:
                failure = error
        nodes = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
        broken = _make_warehouse(data, nodes)
    finally:  # what a worker elsewhere still holds open goes with the next build
        shutil.rmtree(data.spark, ignore_errors=True)
    if failure:
        raise failure
    if broken:
        raise dbt.DbtError(f"dbt {arguments[0]} failed: {'; '.join(broken)}")


@contextmanager
def session(data: DataFolder) -> "Generator[SparkSession]":
    """A session of Spark in a Java process of its own, which ends with the block, or with this process if that is
    killed. What it has to say is in `work/spark.log`."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    # Nothing here uses pandas; and dbt tells the same error, in short.
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL + 1)
    os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
    temporary = data.spark / "temporary"
    temporary.mkdir(parents=True)
    fixed = {
        "spark.app.name": "twe",
        "spark.sql.warehouse.dir": _uri(data.spark / "tables"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.parquet.compression.codec": "zstd",
        # A chain of changed numbers, and the rows of all chains, are as many as were delivered; none is endless.
        "spark.sql.cteRecursionRowLimit": "-1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(temporary),
        "spark.hadoop.fs.permissions.umask-mode": "077",
        # Java's own files in the machine's temporary folder: its counters, and what it writes when it crashes.
        "spark.driver.defaultJavaOptions": f'"-Djava.io.tmpdir={temporary}" -XX:-UsePerfData '
        f'"-XX:ErrorFile={temporary}/crash.log"',
    }
    log = data.work / "spark.log"
    gateway = None
    try:
        with log.open("wb") as said:
            log.chmod(0o600)
            given = SparkConf(loadDefaults=False).setAll(list(fixed.items()))
            gateway = launch_gateway(given, {"stdout": said, "stderr": said})
        context = SparkContext(gateway=gateway)
    except Exception as error:
        if gateway:
            _end(gateway)
        raise dbt.DbtError(f"Spark did not start ({type(error).__name__}); why is in {log}") from error
    made = SparkSession(context)
    try:
        if str(context.master).startswith("local") and not context.getConf().contains("spark.sql.shuffle.partitions"):
            made.conf.set("spark.sql.shuffle.partitions", str(2 * context.defaultParallelism))
        yield made
    finally:
        with suppress(Exception):  # Java is gone already, and what went wrong by that is on its way up
            made.stop()
        _end(gateway)


def _end(gateway: Any) -> None:
    """Ends the Java process, which waits for the other end of its input to close."""
    from pyspark import SparkContext

    with suppress(Exception):
        gateway.shutdown()
    gateway.proc.stdin.close()
    try:
        gateway.proc.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None  # or the next build in this process would ask this one


def _register(session: "SparkSession", data: DataFolder, source: Mapping[str, Any]) -> None:
    """Make a table of a source of dbt: `lake.trajecten` is all files in `lake/trajecten`. The schema is that of all
    files together, and no folder called `jaar=2026` makes a column."""
    place = data.root / source["schema"] / source["name"]
    path = place if place.is_dir() else place.with_suffix(".parquet")
    if path.exists():
        session.sql(f"create schema if not exists {source['schema']}")
        options = {"mergeSchema": "true", "recursiveFileLookup": "true", "pathGlobFilter": "*.parquet"}
        name = f"{source['schema']}.{source['name']}"
        try:
            session.catalog.createTable(name, _uri(path), "parquet", None, None, **options)
        except Exception as error:
            condition = re.search(r"\[([A-Z_.]+)\]", str(error))
            raise dbt.DbtError(
                f"Spark cannot read {name} ({condition[1] if condition else type(error).__name__})"
            ) from error


def _uri(path: Path) -> str:
    """The path as Hadoop takes it: with the sort of storage, and no sign written as another."""
    return f"file://{path}"


def _make_warehouse(data: DataFolder, nodes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Make the warehouse file of the tables that Spark wrote, with the constraints of their contracts; returns what
    broke one."""
    made, broken = data.spark / data.warehouse.name, []
    with duckdb.connect(str(made)) as con:
        for node in nodes:
            files = sorted((data.spark / "tables" / f"{node['schema']}.db" / node["alias"]).glob("*.parquet"))
            if not files:
                continue  # a view, or not built
            table = f"{quote(node['schema'])}.{quote(node['alias'])}"
            con.execute(f"create schema if not exists {quote(node['schema'])}")
            if node["resource_type"] == "seed":
                con.execute(f"create table {table} as from {read_parquet(*files)}")
                continue
            con.execute(f"create table {table} ({', '.join(map(_column, node['columns'].values()))})")
            try:
                con.execute(f"insert into {table} by name from {read_parquet(*files)}")
            except duckdb.ConstraintException as error:
                broken.append(f"{node['name']}: {error}")
    made.replace(data.warehouse)
    return broken


def _column(column: Mapping[str, Any]) -> str:
    must = any(constraint["type"] == "not_null" for constraint in column.get("constraints", ()))
    return f"{quote(column['name'])} {column['data_type']}{' not null' if must else ''}"
