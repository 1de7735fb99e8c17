"""The counts of a request, made from the publication (or from the facts that it was made from) with who is in them."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from exports.disclosure.cell_key.change import shown_count, shown_mean
from exports.disclosure.cell_key.keys import client_number, secrets
from exports.disclosure.counts import MONTHS
from exports.disclosure.policy import MartPolicy, Policy
from orchestration.answers.protect.request import PLACES, ProtectError, Relation, Request
from orchestration.ingest.workspace import Workspace
from orchestration.store.paths import DataFolder
from orchestration.store.sql import quote, read_parquet
from orchestration.warehouse import key_sums
from orchestration.warehouse.publication import Publication

Group = tuple[Any, ...]
"""The values of the columns that a table is grouped by."""
Number = int | Decimal
_CENT = Decimal("0.01")
FACTS: Mapping[str, str] = {
    "fct_trajectory": "from trajectories",
    "fct_outcome": "select outcomes.*, of.* exclude (trajectory_id, nis_code, k, name, measuring_date, measuring_year) "
    "from outcomes join trajectories as of using (trajectory_id)",
    "fct_aftercare": "select aftercare.*, of.* exclude (trajectory_id, nis_code, k, name, end_year) "
    "from aftercare join trajectories as of using (trajectory_id)",
    "fct_screening": "from screenings",
}
"""Fact -> its rows with the keys of clients; outcomes and after-care with what is known of their trajectories."""
_VIEW = "create or replace temp view asked as"
_NOT_TO_GROUP_BY = ("_id", "_key", "_date", "_name")


@dataclass(frozen=True)
class CountShown:
    """One count of a group: what it is, and what is shown of it. `true` is not for showing."""

    true: Number
    shown: Number | str


def fact_relations(con: duckdb.DuckDBPyConnection) -> dict[str, Relation]:
    """The facts as relations. After `open_facts`."""
    found = {}
    for name, statement in FACTS.items():
        described = con.execute(f"describe {statement}").fetchall()
        kinds = {column: kind for column, kind, *_ in described}
        years = tuple(column for column in kinds if column.endswith("_year"))
        columns = [
            column
            for column, kind in kinds.items()
            if kind in ("VARCHAR", "BOOLEAN", "INTEGER", "BIGINT")
            and not column.endswith(_NOT_TO_GROUP_BY)
            and column not in ("k", "name")
        ]
        found[name] = Relation(name, (*dict.fromkeys((*columns, *PLACES)),), years)
    return found


@contextmanager
def open_facts(workspace: Workspace, publication: Publication) -> Generator[duckdb.DuckDBPyConnection]:
    """The facts that the publication was made from, with the keys of their clients. Raises ProtectError when the
    warehouse holds others by now, or the pseudonym key is another."""
    data, again = workspace.data, "`twe run` makes them again"
    made_with = secrets(workspace.key)
    if not key_sums.of(data, publication.path).required.made_with(made_with):
        raise ProtectError("the pseudonym key was changed since this publication; protect a table of the marts instead")
    if not data.warehouse.exists():
        raise ProtectError(f"the facts are not there; {again}")
    with duckdb.connect() as con:
        key_sums.attach(con, data.warehouse)
        for table in publication.tables:
            if table.startswith("mart_") and not _same(con, table, publication):
                raise ProtectError(f"the facts are those of another build than the current publication; {again}")
        key_sums.read_facts(con, lambda name: client_number(name, made_with.clients))
        yield con


def _same(con: duckdb.DuckDBPyConnection, table: str, publication: Publication) -> bool:
    one, other = f"from warehouse.marts.{quote(table)}", f"from {read_parquet(publication.path / f'{table}.parquet')}"
    return not con.execute(f"({one} except {other}) union all ({other} except {one}) limit 1").fetchall()


def changed(
    con: duckdb.DuckDBPyConnection, data: DataFolder, publication: Publication, policy: Policy, request: Request
) -> dict[Group, list[CountShown]]:
    """Every group that is not empty, with what cell keys show of its counts."""
    table, secret = policy.changes_by, key_sums.of(data, publication.path).required.cells
    assert table
    _create(con, data, publication, request)
    rows, years, fixed = _counted(con, request), _pooled_years(con, request), held(con, request)
    rules = policy.marts.get(request.relation.name)
    found: dict[Group, list[CountShown]] = {}
    for group, counts in rows.items():
        cells = found[group] = []
        for item, (value, count, key_sum) in zip(request.counted, counts, strict=True):
            if item.of in request.relation.means:
                cells.append(CountShown(value, shown_mean(count, MONTHS, key_sum * MONTHS, table, secret)))
                continue
            most = _most(rules, request, group, fixed) * years if rules else 1
            shown = shown_count(count, key_sum, table, secret, most)
            if rules and item.of in rules.amounts:
                amount = (Decimal(value) * shown / count).quantize(_CENT) if count else Decimal()
                cells.append(CountShown(Decimal(value), amount or 0))
            else:
                cells.append(CountShown(count, shown))
    return found


def exact(
    con: duckdb.DuckDBPyConnection, data: DataFolder, publication: Publication, request: Request
) -> dict[Group, list[Number]]:
    """Every group that is not empty, with its true counts. For marts alone."""
    _create(con, data, publication, request, keyed=False)
    return {group: [value for value, _, _ in counts] for group, counts in _counted(con, request).items()}


def held(con: duckdb.DuckDBPyConnection, request: Request) -> dict[str, Any]:
    """The columns that the filter holds to one value, with the value that the rows have. After `changed` or `exact`;
    raises ProtectError when the rows have several values that the filter takes for one."""
    found: dict[str, Any] = {}
    for column in sorted(request.held):
        values = con.execute(f"select distinct {quote(column)} from asked {request.where}").fetchall()
        if len(values) > 1:
            raise ProtectError(f"the filter takes several values of {column} for one; write one as the mart has it")
        found.update((column, value) for (value,) in values)
    return found


def _create(
    con: duckdb.DuckDBPyConnection, data: DataFolder, publication: Publication, request: Request, keyed: bool = True
) -> None:
    """Makes view `asked`: the rows of the relation, with `k_<measure>` for the sums of keys, or `k` in a fact."""
    relation = request.relation
    if relation.mart is None:
        places = read_parquet(publication.path / "municipalities.parquet")
        con.execute(
            f"{_VIEW} select rows.*, coalesce(municipality, 'Niet toewijsbaar') as municipality, "
            f"coalesce(province, 'Niet toewijsbaar') as province, coalesce(is_centre_city, false) as is_centre_city "
            f"from ({FACTS[relation.name]}) as rows left join {places} using (nis_code)"
        )
        return
    counts = read_parquet(publication.path / f"{relation.name}.parquet")
    if not keyed:
        zeros = ", ".join(f"0 as {quote(f'k_{name}')}" for name in relation.measures)
        con.execute(f"{_VIEW} select *, {zeros} from {counts}")
        return
    sums = read_parquet(key_sums.of(data, publication.path).folder / f"{relation.name}.parquet")
    own = (*relation.mart.keys, *relation.mart.options)
    keys = ("year", "nis_code", *(name for name in relation.dimensions if name in own))
    same = " and ".join(f"one.{quote(key)} is not distinct from other.{quote(key)}" for key in keys)
    named = ", ".join(f"other.{quote(name)} as {quote(f'k_{name}')}" for name in relation.measures)
    con.execute(f"{_VIEW} select one.*, {named} from {counts} as one join {sums} as other on {same}")


def _counted(con: duckdb.DuckDBPyConnection, request: Request) -> dict[Group, list[tuple[Any, int, int]]]:
    """Group -> for each column its value, the count that it is about, and the sum of keys of that."""
    chosen = [quote(column) for column in request.by.values()]
    made = [text for item in request.counted for text in _expressions(request.relation, item.of)]
    try:
        rows = con.execute(f"select {', '.join([*chosen, *made])} from asked {request.where} group by all").fetchall()
    except duckdb.Error:  # its message would tell a value
        raise ProtectError("the filter can't be applied: a column is compared with a value of another type") from None
    width, found = len(chosen), {}
    for row in rows:
        numbers = row[width:]
        found[tuple(row[:width])] = [
            (Decimal(count) / MONTHS if item.of in request.relation.means else value, int(count), int(key))
            for item, value, count, key in zip(request.counted, *(numbers[at::3] for at in range(3)), strict=True)
        ]
    return found


def _expressions(relation: Relation, of: str) -> tuple[str, str, str]:
    if relation.mart is None:
        if of == "*":
            return "count(*)", "count(*)", "sum(k)"
        return "count(distinct client_key)", "count(distinct client_key)", "sum(distinct k)"
    column, key = quote(of), quote(f"k_{of}")
    if of in relation.means:
        months = f"sum(cast(round(coalesce({column}, 0) * {MONTHS}) as bigint))"
        return months, months, f"coalesce(sum({key}), 0)"
    if of.endswith("_eur"):
        return f"sum({column})", "sum(subsidies)", "sum(k_subsidies)"
    return f"sum({column})", f"sum({column})", f"sum({key})"


def _pooled_years(con: duckdb.DuckDBPyConnection, request: Request) -> int:
    """How many years can be behind one group: somebody can count in each."""
    if request.relation.mart is None or "year" in request.by.values():
        return 1
    return max(1, con.execute(f"select count(distinct year) from asked {request.where}").fetchall()[0][0])


def _most(rules: MartPolicy, request: Request, group: Group, fixed: Mapping[str, Any]) -> int:
    """How often one person can be counted in a group, in one year."""
    option = next(iter(request.relation.mart.options), "") if request.relation.mart else ""
    named = {**fixed} | dict(zip(request.by.values(), group, strict=True))
    return rules.most_per_person(str(named.get(option, "")))
