"""DuckDB as a SQL data source of Great Expectations 1.x, without changing Great Expectations.

A small SQLAlchemy dialect that presents itself as PostgreSQL, so that the well-trodden PostgreSQL branches
of Great Expectations apply. Each statement gets a DuckDB cursor of its own, because Great Expectations reads
a result after it has handed the connection back, and the usual rollback would have emptied it by then.
Nothing else in the project knows of this dialect: when Great Expectations ships a DuckDB engine, this file
goes and `suite.validate` changes by one line.
"""

from __future__ import annotations

import weakref
from typing import Any, ClassVar

import duckdb
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, registry
from sqlalchemy.dialects.postgresql.base import PGCompiler, PGDialect
from sqlalchemy.exc import NoSuchTableError

DRIVER = "twe_duckdb"
_connections: weakref.WeakSet[Connection] = weakref.WeakSet()


def url(database: str) -> str:
    """SQLAlchemy address of a DuckDB database; a named memory database (`:memory:name`) is shared in process."""
    return f"postgresql+{DRIVER}:///{database}"


def close_all() -> None:
    """Closes every handle that Great Expectations keeps, or the database stays locked for others."""
    for connection in list(_connections):
        connection.close()


class Cursor:
    """A DuckDB cursor that takes any sequence of parameters."""

    arraysize, rowcount = 1, -1

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._cursor = connection.cursor()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def execute(self, statement: str, parameters: Any = None) -> None:
        self._cursor.execute(statement, list(parameters or ()))


class Connection:
    """DB-API connection in autocommit: nothing is written through it, so there is nothing to commit."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._cursors: weakref.WeakSet[Cursor] = weakref.WeakSet()
        _connections.add(self)

    def cursor(self) -> Cursor:
        cursor = Cursor(self._connection)
        self._cursors.add(cursor)
        return cursor

    def commit(self) -> None:
        pass

    rollback = commit

    def close(self) -> None:
        for cursor in list(self._cursors):
            cursor.close()
        self._connection.close()


class DBAPI:
    paramstyle, threadsafety, apilevel = "qmark", 1, "2.0"
    Error = DatabaseError = InterfaceError = OperationalError = ProgrammingError = duckdb.Error
    IntegrityError = DataError = InternalError = NotSupportedError = duckdb.Error

    @staticmethod
    def connect(database: str = ":memory:", **_: Any) -> Connection:
        return Connection(duckdb.connect(database))


class Compiler(PGCompiler):
    def visit_custom_op_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        # DuckDB's ~ matches the whole value in some versions and a part in others; a part is meant.
        if operator.opstring not in ("~", "!~"):
            return super().visit_custom_op_binary(binary, operator, **kw)
        match = f"regexp_matches({self.process(binary.left, **kw)}, {self.process(binary.right, **kw)})"
        return match if operator.opstring == "~" else f"(not {match})"


class Dialect(PGDialect):
    name, driver, default_paramstyle = "postgresql", DRIVER, "qmark"
    statement_compiler = Compiler
    supports_statement_cache = True
    supports_native_enum = supports_native_uuid = supports_sane_rowcount = False
    colspecs: ClassVar[dict[Any, Any]] = {}

    @classmethod
    def import_dbapi(cls) -> Any:
        return DBAPI

    def initialize(self, connection: Any) -> None:
        self.server_version_info, self.default_schema_name = (16, 0), "main"

    def create_connect_args(self, url: Any) -> Any:
        return [url.database or ":memory:"], {}

    def do_begin(self, *_: Any) -> None:
        pass

    do_rollback = do_commit = do_begin

    def get_schema_names(self, connection: Any, **_: Any) -> list[str]:
        return [r[0] for r in connection.exec_driver_sql("select distinct schema_name from duckdb_schemas()")]

    def _relations(self, connection: Any, kind: str, schema: str | None) -> list[str]:
        sql = (
            "select table_name from information_schema.tables "
            "where table_catalog = current_database() and table_type = ? and table_schema = ?"
        )
        return [r[0] for r in connection.exec_driver_sql(sql, (kind, schema or "main"))]

    def get_table_names(self, connection: Any, schema: str | None = None, **_: Any) -> list[str]:
        return self._relations(connection, "BASE TABLE", schema)

    def get_view_names(self, connection: Any, schema: str | None = None, **_: Any) -> list[str]:
        return self._relations(connection, "VIEW", schema)

    def has_table(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> bool:
        return str(table_name) in [*self.get_table_names(connection, schema), *self.get_view_names(connection, schema)]

    def get_columns(self, connection: Any, table_name: str, schema: str | None = None, **_: Any) -> Any:
        sql = (
            "select column_name, data_type, is_nullable from information_schema.columns "
            "where table_catalog = current_database() and table_schema = ? and table_name = ? "
            "order by ordinal_position"
        )
        rows = connection.exec_driver_sql(sql, (schema or "main", str(table_name))).fetchall()
        if not rows:
            raise NoSuchTableError(table_name)
        return [
            {"name": n, "type": sql_type(t), "nullable": nullable == "YES", "default": None} for n, t, nullable in rows
        ]

    def get_pk_constraint(self, *_: Any, **__: Any) -> Any:
        return {"constrained_columns": [], "name": None}

    def _nothing(self, *_: Any, **__: Any) -> list[Any]:
        return []

    get_materialized_view_names = get_foreign_keys = get_indexes = _nothing
    get_unique_constraints = get_check_constraints = _nothing

    def get_table_comment(self, *_: Any, **__: Any) -> Any:
        return {"text": None}


class OtherType(sa.types.UserDefinedType[Any]):
    """LIST, STRUCT and the like: Great Expectations only ever prints their name."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name


_TYPES: dict[str, Any] = {
    "BIGINT": postgresql.BIGINT,
    "BOOLEAN": postgresql.BOOLEAN,
    "DATE": postgresql.DATE,
    "DOUBLE": postgresql.DOUBLE_PRECISION,
    "INTEGER": postgresql.INTEGER,
    "TIMESTAMP": postgresql.TIMESTAMP,
    "VARCHAR": postgresql.VARCHAR,
}


def sql_type(name: str) -> Any:
    """SQLAlchemy type for a DuckDB type name."""
    if name.startswith("DECIMAL("):
        precision, scale = name[len("DECIMAL(") : -1].split(",")
        return postgresql.NUMERIC(int(precision), int(scale))
    return _TYPES.get(name, lambda: OtherType(name))()


registry.register(f"postgresql.{DRIVER}", __name__, "Dialect")
