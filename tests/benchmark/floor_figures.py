"""The figures of the annexes: from the marts to cells per municipality and year, with totals, by SQL."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

from exports.figures.reading import Facts, Municipality

VERSION = "handgeschreven script"

Figures = dict[tuple[str, int], dict[str, int | float | Decimal | None]]
"""(nis_code, year) -> cell -> figure; the code of Flanders is empty. A total is the cell named by its prefix."""

_CATEGORIES = {
    "1": """select nis_code, year, trajectories as n, 'months/' as total, total || case
        when expected_months is null then 'unknown' when expected_months > 24 then '25+'
        else expected_months::varchar end as cell from mart_started_duration""",
    "2": """select nis_code, year, trajectories as n, characteristic || '/' as total, total || category as cell
        from mart_started_profile""",
    "4": """select nis_code, year, trajectories as n, ending || '/' as total, total || duration_class as cell
        from mart_ended_duration""",
    "5": """select nis_code, year, trajectories as n, 'position/' as total, total || position as cell
        from mart_outflow""",
}
_MEASURES = {
    "3": "sum(subsidies) as subsidies, sum(amount_eur) as amount_eur, sum(correction_eur) as correction_eur "
    "from mart_wage_subsidies where basis = $basis",
    "5": "sum(measured) as measured, sum(with_training) as with_training, "
    "sum(with_workplace_learning) as with_workplace_learning, sum(with_either) as with_either from mart_competence",
    "6": "sum(measured) as measured, sum(with_transmission) as with_transmission, "
    "100 * sum(with_transmission) / nullif(sum(measured), 0)::double as share from mart_transmissions",
    "intake": "sum(screened) as screened, sum(meeting_criteria) as meeting_criteria, sum(incomplete) as incomplete, "
    "sum(referred) as referred, sum(referred_meeting) as referred_meeting, "
    "sum(referred_not_meeting) as referred_not_meeting from mart_intake",
    "aftercare": "sum(ended) as ended, sum(with_art60) as with_art60, sum(timely_work) as timely_work, "
    "case when count(*) = 1 then any_value(aftercare_months) else sum(aftercare_months * with_art60) "
    "/ nullif(sum(with_art60) filter (aftercare_months is not null), 0) end as aftercare_months, "
    "sum(with_wes) as with_wes, sum(with_ibo) as with_ibo, sum(with_opleidingsstage) as with_opleidingsstage, "
    "sum(with_coaching) as with_coaching from mart_aftercare",
}
_RATIO = """
    with flanders as (
        select year, sum(clients_in_twe) as clients_in_twe, sum(leefloners) as leefloners,
            sum(equivalent_leefloners) as equivalent_leefloners,
            100 * sum(clients_in_twe) / nullif(sum(leefloners), 0) as ratio_pct
        from mart_activation_ratio where basis = $basis group by year
    )
    select nis_code, year, columns([
        'clients_in_twe', 'leefloners', 'equivalent_leefloners', 'ratio_pct', 'clients_change_pct',
        'ratio_change_pct', 'ratio_change_pp', 'difference_flanders_pp'
    ]) from mart_activation_ratio where basis = $basis
    union all
    select '', f.year, f.clients_in_twe, f.leefloners, f.equivalent_leefloners, f.ratio_pct,
        100 * (f.clients_in_twe / nullif(p.clients_in_twe, 0) - 1), 100 * (f.ratio_pct / nullif(p.ratio_pct, 0) - 1),
        f.ratio_pct - p.ratio_pct, null
    from flanders as f left join flanders as p on p.year = f.year - 1
"""


@dataclass(frozen=True)
class Stand:
    """What the tables ask about: dates, municipalities, labels."""

    facts: Facts
    municipalities: tuple[Municipality, ...]
    labels: dict[str, list[tuple[str, str]]]


def read_stand(con: duckdb.DuckDBPyConnection, as_of: dt.date) -> Stand:
    """Reads them once for all workbooks; makes table `labels`."""
    con.execute("""
        create table labels as
        select distinct code_list as label_set, code, label_nl, sort_order from code_lists
        union all select class_set, code, label_nl, sort_order from class_sets
    """)
    places = con.execute("select * from places where nis_code <> '99999' order by nis_code").fetchall()
    synthetic = con.execute("select bool_and(contains(name, '_synthetisch')) from files").fetchall()[0][0]
    labels: dict[str, list[tuple[str, str]]] = {}
    for label_set, code, text in con.execute(
        "select label_set, code, label_nl from labels order by label_set, sort_order, code"
    ).fetchall():
        labels.setdefault(label_set, []).append((code, text))
    return Stand(
        Facts(as_of, as_of, VERSION, "duckdb", synthetic),
        tuple(Municipality(*row) for row in places),
        labels,
    )


def figures(con: duckdb.DuckDBPyConnection, kind: str, years: Sequence[int], basis: str) -> Figures:
    """The cells of an annex kind for the given years."""
    found: Figures = defaultdict(dict)
    if kind in _CATEGORIES:
        for nis_code, year, cell, n in con.execute(f"""
            with cells as ({_CATEGORIES[kind]})
            select coalesce(nis_code, ''), year, coalesce(cell, total, ''), sum(n) from cells group by grouping sets (
                (nis_code, year, total, cell), (nis_code, year, total), (nis_code, year),
                (year, total, cell), (year, total), (year)
            )
        """).fetchall():
            found[nis_code, year][cell] = n
    query = _RATIO if kind == "ratio" else None
    if kind in _MEASURES:
        query = f"""
            select coalesce(nis_code, '') as nis_code, year, {_MEASURES[kind]}
            group by grouping sets ((nis_code, year), (year))
        """
    if query:
        cursor = con.execute(query, {"basis": basis} if "$basis" in query else {})
        names = [column[0] for column in cursor.description or []][2:]
        for nis_code, year, *values in cursor.fetchall():
            found[nis_code, year].update(zip(names, values, strict=True))
    return {(nis_code, year): cells for (nis_code, year), cells in found.items() if year in years}


def tidy(con: duckdb.DuckDBPyConnection, mart: Any, years: Sequence[int], basis: str) -> list[tuple[Any, ...]]:
    """The rows of a mart for the years, with the Dutch label after every code."""
    fields = []
    for field in mart.fields:
        digits = field.format.value[1]
        fields.append(field.column if digits is None else f"round({field.column}, {digits}) as {field.column}")
        if field.label_set:
            label_set = f"'{field.label_set}'" if "{" not in field.label_set else field.label_set.strip("{}")
            fields.append(
                f"(select any_value(label_nl) from labels where label_set = {label_set} and code = {field.column})"
            )
    chosen = "and basis = $basis" if mart.options else ""
    return con.execute(
        f"""
        select year, nis_code, municipality, province, case when is_centre_city then 'ja' else 'nee' end,
            {", ".join(fields)}
        from {mart.name} where list_contains($years, year) {chosen}
        order by {", ".join(f"{c} nulls last" for c in ("year", "nis_code", *mart.keys))}
        """,
        {"years": list(years)} | ({"basis": basis} if chosen else {}),
    ).fetchall()
