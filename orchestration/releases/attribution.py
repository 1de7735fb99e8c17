"""Change attribution: which deliveries changed the figures of a municipality and year, for `twe compare` and for the
revision sheets.

The accepted deliveries behind two publications are compared row by row. A delivery counts as a cause for a municipality
and year when it holds a new, changed or withdrawn row of which the former or the present version is counted there. Rows
that repeat what was known are no cause. Rows that refer to a trajectory or a client are counted where the trajectory
is; a client has the trajectories of all numbers of the person, before or now. A change of number counts where the
trajectories of its person are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import duckdb

from expectations.contract import SourceContract
from exports.annexes.model import AnnexKind, DateRole
from exports.comparison.compare import CODE, NUMBER, TIME
from exports.comparison.displayed import FLANDERS
from exports.figures.reading import UNASSIGNED
from orchestration.ingest.ledger import Entry
from orchestration.store.municipalities import code_on, read_codes
from orchestration.store.paths import DataFolder
from orchestration.store.sql import quote, read_parquet

_DIRECT = {
    "loontoelagen": (
        f"select _file_name, ocmw_nis, '{DateRole.PAYMENT}', year(prestatiemaand) from {{rows}} union all "
        f"select _file_name, ocmw_nis, '{DateRole.PAYMENT}', year(betaaldatum) from {{rows}}"
    ),
    "leefloners": (
        f"select _file_name, nis_code, '{DateRole.MONTH}', year(maand) from {{rows}} union all "
        f"select _file_name, nis_code, '{DateRole.MONTH}', year(maand) + 1 from {{rows}}"
    ),
    "screenings": f"select _file_name, ocmw_nis, '{DateRole.SCREENING}', year(screeningsdatum) from {{rows}}",
}
"""Sources whose rows hold a municipality and a date of their own. A month counts in the change of the next year too."""
_YEARS = f"""
    create temp table years as
    select distinct traject_id, client_key, ocmw_nis, role, year from (
        select *, '{DateRole.START}' as role, year(startdatum) as year from trajectories
        union all select *, '{DateRole.END}', year(einddatum) from trajectories
        union all select *, '{DateRole.MEASURED}', year(einddatum + interval 12 month) from trajectories
        union all select *, '{DateRole.MONTH}', unnest(range(year(startdatum), year(coalesce(einddatum, $until)) + 2))
        from trajectories
    ) where year is not null
"""
"""The years that a trajectory counts in, by each role of its dates."""


NUMBERS = "insz_wijzigingen"
_CHAINS = f"""
    with recursive changes as (
        select oude_insz_key as old, nieuwe_insz_key as new from {{state}}_{NUMBERS} where not verwijderd
    ), chains as (
        select old as client_key, new as person_key from changes where new not in (select old from changes)
        union all
        select old, person_key from chains join changes on new = client_key
    )
    from chains union select person_key, person_key from chains
"""
"""Key of a client -> key of the person, by the current changes of one state, as `int_client_identity` has it."""
_SAME_PERSON = f"""
    create temp table same_person as
    with persons as (
        ({_CHAINS.format(state="old")}) union ({_CHAINS.format(state="new")})
        union select client_key, client_key from trajectories
    )
    select distinct one.client_key, other.client_key as other_key
    from persons as one join persons as other using (person_key)
"""
_RENUMBERED = f"""
    with moved as (
        select any_value(_file_name) as _file_name, [oude_insz_key, nieuwe_insz_key] as numbers from changed_{NUMBERS}
        where not verwijderd group by oude_insz_key, nieuwe_insz_key having count(*) = 1
    ), keys as (
        select _file_name, unnest(numbers) as client_key from moved
    )
    select distinct _file_name, years.ocmw_nis, role, year
    from keys join same_person using (client_key) join years on years.client_key = other_key
"""
"""Where a change of number counts, an undone one by its former version. One of which the day alone changed (both
versions alike) does so nowhere, and neither does the withdrawal of one that was never known."""


class ChangeAttribution:
    """The causes of changed figures: file names of deliveries by (source, date role, NIS code, year), whether time
    passed between the two publications, and whether the code that makes figures is another."""

    def __init__(self, clock: tuple[dt.date, dt.date], other_code: bool) -> None:
        """`clock`: the as_of of the earlier and of the later publication."""
        self._touched: dict[tuple[str, str, str, int], set[str]] = defaultdict(set)
        self._renumbering: set[str] = set()
        self._from, self._to = clock
        self._other_code = other_code

    def add(self, source: str, role: str, place: str, year: int, file_name: str) -> None:
        """A delivery changed rows of the municipality `place` (NIS code at the reporting geography) in this year."""
        self._touched[source, role, place, year].add(file_name)
        self._touched[source, role, FLANDERS, year].add(file_name)
        if source == NUMBERS:
            self._renumbering.add(file_name)

    def causes(self, kind: AnnexKind, place: str, year: int) -> list[str]:
        """The causes for figures of this annex kind: file names of deliveries in alphabetical order, then `NUMBER`,
        `TIME` and `CODE` when they apply. A municipality without causes of its own gets those of Flanders, since some
        of its figures are differences with the Flemish figure."""
        clocked = kind.changes_with_time and year >= self._from.year and self._from != self._to
        found = self._files(kind, place, year)
        if not found and not clocked:
            found = self._files(kind, FLANDERS, year)
        reasons = {NUMBER: bool(found & self._renumbering), TIME: clocked, CODE: self._other_code}
        return [*sorted(found), *(reason for reason, applies in reasons.items() if applies)]

    def _files(self, kind: AnnexKind, place: str, year: int) -> set[str]:
        return {
            name for source in kind.sources for name in self._touched.get((source, kind.date_role, place, year), ())
        }


def attribute_changes(
    data: DataFolder,
    contracts: dict[str, SourceContract],
    old: Sequence[Entry],
    new: Sequence[Entry],
    clock: tuple[dt.date, dt.date],
    geography_date: dt.date,
    other_code: bool = False,
) -> ChangeAttribution:
    """What the accepted deliveries `new` hold that `old` do not. `clock`: the as_of of both publications; `other_code`:
    whether they were made by different versions of the code that makes figures."""
    made = ChangeAttribution(clock, other_code)
    known = {entry.delivery_id for entry in old}
    if not {entry.delivery_id for entry in new} - known:
        return made
    codes = read_codes()
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        for source, contract in contracts.items():
            own = ([e for e in entries if e.source == source] for entries in (old, new))
            _changes(con, data, contract, *own)
        con.execute(
            "create temp table trajectories as select distinct traject_id, client_key, ocmw_nis, startdatum, einddatum "
            "from (from old_trajecten union all by name from new_trajecten) where not verwijderd"
        )
        con.execute(_YEARS, {"until": clock[1]})
        con.execute(_SAME_PERSON)
        for source, contract in contracts.items():
            changed = _counted(contract)
            if not changed:
                continue
            rows = con.execute(
                f"select distinct * from ({changed}) as t (file_name, place, role, year) "
                "where place is not null and year is not null"
            )
            for file_name, place, role, year in rows.fetchall():
                made.add(source, role, code_on(place, geography_date, codes) or UNASSIGNED, year, file_name)
    return made


def _changes(
    con: duckdb.DuckDBPyConnection, data: DataFolder, contract: SourceContract, old: list[Entry], new: list[Entry]
) -> None:
    """Create the tables `old_<source>` and `new_<source>` with the newest version of each row, and `changed_<source>`
    with both versions of every row that differs, under the file name of the delivery that changed it."""
    own = [quote(column.lake_name) for column in contract.key_columns]
    keys = ", ".join(own)
    for name, entries in (("old", old), ("new", new)):
        paths = [data.lake / contract.source / f"{entry.delivery_id}.parquet" for entry in entries]
        paths = paths or sorted((data.lake / contract.source).glob("_none*.parquet"))
        con.execute(
            f"create temp table {name}_{contract.source} as select * exclude (_delivery_id, _delivered_on, _row) "
            f"from {read_parquet(*paths, union_by_name=True)} "
            f"qualify row_number() over (partition by {keys} order by _delivered_on desc, _file_name desc) = 1"
        )
    same = " and ".join(f"n.{key} = o.{key}" for key in own)
    values = [c.lake_name for c in contract.columns]
    differ = " or ".join(f"n.{quote(c)} is distinct from o.{quote(c)}" for c in values)
    con.execute(
        f"create temp table changed_{contract.source} as "
        f"with pairs as (select n, o, n._file_name as changed_by from new_{contract.source} n "
        f"left join old_{contract.source} o on {same} where o._file_name is null or {differ}) "
        "select n.* replace (changed_by as _file_name) from pairs "
        "union all select o.* replace (changed_by as _file_name) from pairs where o._file_name is not null"
    )


def _counted(contract: SourceContract) -> str:
    """SQL for where the changed rows of a source are counted: (file, NIS code, date role, year). "" for nowhere."""
    rows = f"changed_{contract.source}"
    if contract.source == "trajecten":
        return f"select _file_name, years.ocmw_nis, role, year from {rows} join years using (traject_id)"
    if contract.source in _DIRECT:
        return _DIRECT[contract.source].format(rows=rows)
    if contract.source == NUMBERS:
        return _RENUMBERED
    names = {column.lake_name for column in contract.columns}
    if "traject_id" in names:
        return f"select _file_name, years.ocmw_nis, role, year from {rows} join years using (traject_id)"
    if "client_key" in names:
        return (
            f"select _file_name, years.ocmw_nis, role, year from {rows} join same_person using (client_key) "
            "join years on years.client_key = other_key"
        )
    return ""
