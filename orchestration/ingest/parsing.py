"""Text becomes typed columns: table `batch`, on which the rules are validated.

For a column `c` the batch holds `c__text` (what was given; an INSZ masked), `c` (its value, null when missing or
invalid) and, where a rule needs it, `c__unparsed` or `c__code`. `_shape` says whether a row is a row, a withdrawal
or malformed; `_repeat` whether it repeats or contradicts another row of its delivery. The INSZ itself is gone.
"""

import datetime as dt
from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from expectations.contract import Column, SourceContract
from orchestration.ingest import pseudonym
from orchestration.store.sql import literal, quote

YES, NO = ("j", "ja", "true", "1"), ("n", "nee", "false", "0")


def create_macros(con: DuckDBPyConnection) -> None:
    """`completed_months(a, b)`: docs/definitions.md, the greatest n with a + n months <= b + 1 day, clamped."""
    con.execute("""
        create macro completed_months(a, b) as (
            date_diff('month', a, b + 1)
            - case when a + to_months(cast(date_diff('month', a, b + 1) as integer)) > b + 1 then 1 else 0 end
        )
    """)


def create_batch(con: DuckDBPyConnection, contract: SourceContract, days: Mapping[int, dt.date], key: bytes) -> None:
    """Makes `batch` from `raw`, and drops `raw`. `days` gives the delivery day of each delivery number."""
    pseudonym.create_client_keys(con, [c.name for c in contract.insz_columns], key)
    con.execute("create temp table days (_delivery integer, _delivered_on date)")
    con.executemany("insert into days values (?, ?)", [[n, day] for n, day in days.items()])
    _create_repeats(con, contract)
    values = ", ".join(_value(c) for c in contract.columns)
    checks = ", ".join(
        f"case when {quote(c.name)} is null then {quote(c.text)} end as {quote(c.unparsed)}" for c in contract.columns
    )
    derived = "".join(f", {sql} as {quote(name)}" for name, sql in contract.derived.items())
    keys = " ".join(
        f"left join client_keys as {_keys(c)} on {_keys(c)}.digits = insz_digits(r.{quote(c.name)})"
        for c in contract.insz_columns
    )
    con.execute(f"""
        create table batch as
        with valued as (
            select
                row_number() over (order by r._delivery, r._row) as _id, r._delivery, r._row, r._malformed, r._fields,
                days._delivered_on, repeats._repeat, {values}
            from raw as r
            join days using (_delivery)
            left join repeats using (_delivery, _row)
            {keys}
        )
        select * exclude (_malformed), {checks}{derived}, case
            when _malformed then 'malformed' when {contract.withdrawn.name} then 'withdrawal' else 'row'
        end as _shape
        from valued
    """)
    con.execute("drop table raw")


def _create_repeats(con: DuckDBPyConnection, contract: SourceContract) -> None:
    """Table `repeats`: rows whose key comes more than once in their delivery, compared as trimmed text.

    All alike: the first is kept, the others are duplicates. Otherwise all contradict each other. Rows without a
    complete key aren't compared.
    """
    key = ", ".join(quote(k) for k in contract.key)
    complete = " and ".join(f"{quote(k)} is not null" for k in contract.key)
    content = ", ".join(quote(c.name) for c in contract.columns)
    con.execute(f"""
        create temp table repeats as
        with often as (
            select _delivery, {key} from raw where not _malformed and {complete}
            group by all having count(*) > 1
        ), compared as (
            select r._delivery, r._row, {", ".join(f"r.{quote(k)}" for k in contract.key)},
                row({content}) as content
            from raw as r join often using (_delivery, {key}) where not r._malformed
        ), marked as (
            select _delivery, _row, min(_row) over same as first_row,
                min(content) over same is distinct from max(content) over same as differs
            from compared window same as (partition by _delivery, {key})
        )
        select _delivery, _row, case when differs then 'conflicting_key' else 'duplicate_row' end as _repeat
        from marked where differs or _row <> first_row
    """)


def _keys(column: Column) -> str:
    """`client_keys` as it is joined for an INSZ column."""
    return quote(f"{column.name}__keys")


def _value(column: Column) -> str:
    text = f"r.{quote(column.name)}"
    if column.type == "insz":
        return f"masked({text}) as {quote(column.text)}, {_keys(column)}.client_key as {quote(column.name)}"
    parts = [f"{text} as {quote(column.text)}"]
    match column.type:
        case "text":
            parsed = text
        case "date":
            iso, spoken = _calendar(text, "{4}-{2}-{2}"), _calendar(f"{text}[7:10]", "{4}")
            typed = f"{text}[7:10] || '-' || {text}[4:5] || '-' || {text}[1:2]"
            parsed = f"""case
                when {iso} then try_cast({text} as date)
                when regexp_full_match({text}, '\\d{{2}}/\\d{{2}}/\\d{{4}}') and {spoken} then try_cast({typed} as date)
                end"""
        case "month":
            parsed = f"case when {_calendar(text, '{4}-{2}')} then try_cast({text} || '-01' as date) end"
        case "integer":
            parsed = f"case when regexp_full_match({text}, '\\d+') then try_cast({text} as integer) end"
        case "amount":
            parsed = f"""case when regexp_full_match({text}, '[+-]?\\d+([.,]\\d{{1,2}})?')
                then try_cast(ltrim(replace({text}, ',', '.'), '+') as decimal(12, 2)) end"""
        case "yesno":
            yes, no = (", ".join(map(literal, words)) for words in (YES, NO))
            parsed = f"case when lower({text}) in ({yes}) then true when lower({text}) in ({no}) then false end"
        case "nis":
            parsed = f"case when {text} in (select nis_code from municipalities) then {text} end"
        case "code":
            codes = ", ".join(map(literal, column.codes))
            parsed = f"case when upper({text}) in ({codes}) then upper({text}) end"
            parts.append(f"upper({text}) as {quote(column.code)}")
        case other:
            raise NotImplementedError(f"column type {other!r} of {column.name}")
    return ", ".join([*parts, f"{parsed} as {quote(column.name)}"])


def _calendar(text: str, digits: str) -> str:
    """SQL that is true for text of the given runs of digits that does not begin with the year 0, which is none."""
    pattern = digits.replace("{", "\\d{")
    return f"(regexp_full_match({text}, '{pattern}') and {text}[1:4] <> '0000')"
