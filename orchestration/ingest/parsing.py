"""Text becomes typed columns: table `batch`, on which the rules are validated.

For a column `c` the batch holds `c__text` (what was given; an INSZ masked), `c` (its value, null when missing or
invalid) and, where a rule needs it, `c__unparsed`, `c__code` or `c__implausible`. `_shape` says whether a row is a row,
a withdrawal or malformed; `_repeat` whether it repeats or contradicts another row of its delivery; `_person_number`
whether an identification was somebody's. The INSZ itself is gone.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

from duckdb import DuckDBPyConnection

from expectations.contract import MAX_TEXT, Column, SourceContract
from expectations.model import PERSON_NUMBER
from orchestration.ingest.persons import number_marks, pseudonym
from orchestration.ingest.readers import UNREADABLE
from orchestration.store.sql import literal, quote

YES, NO = ("j", "ja", "true", "waar", "1"), ("n", "nee", "false", "onwaar", "0")


def create_macros(con: DuckDBPyConnection) -> None:
    """`completed_months(a, b)`: docs/definitions.md, the greatest n with a + n months <= b + 1 day, clamped.

    `read_date(x)` and `read_month(x)`: the day, or first day of the month, that a text means, else null. The usual
    form is tried first. `day_of(x)`: a text without the midnight after it.
    """
    con.execute(r"""
        create macro completed_months(a, b) as (
            date_diff('month', a, b + 1)
            - case when a + to_months(cast(date_diff('month', a, b + 1) as integer)) > b + 1 then 1 else 0 end
        );
        create macro day_of(x) as
            case when length(x) <= 10 then x else regexp_extract(x, '^(.*)[ T]0?0:00(:00(\.0+)?)?$', 1) end;
        create macro read_day(x) as case
            when regexp_full_match(x, '\d{4}-\d{2}-\d{2}') then case when x[1:4] <> '0000' then try_cast(x as date) end
            when regexp_full_match(x, '\d{1,2}/\d{1,2}/\d{4}') and x[-4:] <> '0000'
                then try_cast(x[-4:] || '-' || split_part(x, '/', 2) || '-' || split_part(x, '/', 1) as date)
        end;
        create macro read_date(x) as read_day(day_of(x));
        create macro read_month(x) as case
            when regexp_full_match(x, '\d{4}-\d{2}') then read_day(x || '-01')
            when regexp_full_match(x, '\d{1,2}/\d{4}') then read_day('01/' || x)
        end
    """)


def create_batch(con: DuckDBPyConnection, contract: SourceContract, days: Mapping[int, dt.date], key: bytes) -> None:
    """Makes `batch` from `raw`, and drops `raw`. `days` gives the delivery day of each delivery number."""
    pseudonym.create_client_keys(con, [c.name for c in contract.insz_columns], key)
    texts = [c.name for c in contract.columns if c.type == "text"]
    pseudonym.create_text_numbers(con, texts, MAX_TEXT, key)
    number_marks.create_odd_numbers(con, [c.name for c in contract.insz_columns])
    con.execute("create temp table days (_delivery integer, _delivered_on date)")
    con.executemany("insert into days values (?, ?)", [[n, day] for n, day in days.items()])
    _create_repeats(con, contract)
    values = ", ".join(_columns_of(c) for c in contract.columns)
    checks = ", ".join(
        f"case when {quote(c.name)} is null then {quote(c.text)} end as {quote(c.unparsed)}" for c in contract.columns
    )
    derived = "".join(f", {sql} as {quote(name)}" for name, sql in contract.derived.items())
    # Of a withdrawal only the key is looked at.
    live = f"not coalesce({parsed(contract.withdrawn, f'r.{quote(contract.withdrawn.name)}')}, false)"
    numbers = " or ".join(
        f"(coalesce({_joined(c)}.is_number, false) and {'true' if c.name in contract.key else live})"
        for c in contract.columns
        if c.is_identification
    )
    con.execute(f"""
        create table batch as
        with valued as (
            select
                row_number() over (order by r._delivery, r._row) as _id, r._delivery, r._row, r._malformed, r._fields,
                days._delivered_on, repeats._repeat, case when {numbers or "false"} then true end as {PERSON_NUMBER},
                {values}
            from raw as r
            join days using (_delivery)
            left join repeats using (_delivery, _row)
            {_joins(contract.columns)}
        )
        select * exclude (_malformed), {checks}{derived}, case
            when _malformed then 'malformed' when {contract.withdrawn.name} then 'withdrawal' else 'row'
        end as _shape
        from valued
    """)
    con.execute("drop table raw")


def _create_repeats(con: DuckDBPyConnection, contract: SourceContract) -> None:
    """Table `repeats`: rows whose key comes more than once in their delivery.

    A key is compared by its value where that can be read, everything else as trimmed text. All alike: the first is
    kept, the others are duplicates. Otherwise all contradict each other. Rows without a complete key aren't compared.
    """
    key = ", ".join(quote(k) for k in contract.key)
    content = ", ".join(f"r.{quote(c.name)}" for c in contract.columns if c.name not in contract.key)
    con.execute(f"""
        create temp table repeats as
        with keyed as materialized ({_keyed(contract)}), often as (
            select _delivery, {key} from keyed group by all having count(*) > 1
        ), compared as (
            select _delivery, _row, {key}, row({content}) as content
            from keyed join often using (_delivery, {key}) join raw as r using (_delivery, _row)
        ), marked as (
            select _delivery, _row, min(_row) over same as first_row,
                min(content) over same is distinct from max(content) over same as differs
            from compared window same as (partition by _delivery, {key})
        )
        select _delivery, _row, case when differs then 'conflicting_key' else 'duplicate_row' end as _repeat
        from marked where differs or _row <> first_row
    """)


def _keyed(contract: SourceContract) -> str:
    """SQL for the rows of `raw` with a complete key: `_delivery`, `_row` and what their keys are compared by."""
    keys = ", ".join(f"{_key_of(c)} as {quote(c.name)}" for c in contract.key_columns)
    complete = " and ".join(f"r.{quote(k)} is not null" for k in contract.key)
    return f"""
        select r._delivery, r._row, {keys} from raw as r {_joins(contract.key_columns)}
        where not r._malformed and {complete}
    """


def create_key_hashes(con: DuckDBPyConnection, contract: SourceContract, key: bytes) -> None:
    """Makes table `key_hashes` (_row, hash) for the rows of `raw` with a complete key. Rows whose keys are the same in
    `_create_repeats` have the same hash, also in another `raw`."""
    pseudonym.create_client_keys(con, [c.name for c in contract.key_columns if c.type == "insz"], key)
    texts = [c.name for c in contract.key_columns if c.type == "text"]
    pseudonym.create_text_numbers(con, texts, MAX_TEXT, key)
    hashed = f"hash({', '.join(quote(k) for k in contract.key)})"
    con.execute(f"create table key_hashes as select _row, {hashed} as hash from ({_keyed(contract)})")
    con.execute("drop table client_keys; drop table text_numbers")


def _joins(columns: Sequence[Column]) -> str:
    """SQL that joins what takes the place of person numbers to the rows `r` of `raw`."""
    joins = []
    for column in columns:
        text, joined = f"r.{quote(column.name)}", _joined(column)
        if column.type == "insz":
            joins.append(f"left join client_keys as {joined} on {joined}.digits = insz_digits({text})")
        elif column.type == "text":
            joins.append(f"left join text_numbers as {joined} on {joined}.given = {text}")
    return " ".join(joins)


def _joined(column: Column) -> str:
    return quote(f"{column.name}__joined")


def _columns_of(column: Column) -> str:
    """The columns of the batch for a column of the delivery, as SQL."""
    given, joined = f"r.{quote(column.name)}", _joined(column)
    marked, behind = f"starts_with({given}, {literal(UNREADABLE)})", f"{given}[{len(UNREADABLE) + 1}:]"
    text = f"case when {marked} then {behind} else {given} end"
    value = parsed(column, given)
    more = ""
    if column.type == "insz":
        text, value = f"masked({given})", f"{joined}.client_key"
        odd = f"{joined}.client_key is not null and ({joined}.born is null or {joined}.born > days._delivered_on)"
        more = f", case when {odd} then true end as {quote(column.implausible)}"
    elif column.type == "text":
        if column.is_identification:
            text = f"case when {joined}.is_number then {joined}.value else {text} end"
        replaced = f"{joined}.{'value' if column.is_identification else 'shown'}"
        value = f"case when {value} is not null then coalesce({replaced}, {given}) end"
    elif column.type == "code":
        more = f", upper({given}) as {quote(column.code)}"
    return f"{text} as {quote(column.text)}, {value} as {quote(column.name)}{more}"


def _key_of(column: Column) -> str:
    """SQL that is the same for two texts that mean the same; a blank before a value keeps it apart from any text."""
    given, joined = f"r.{quote(column.name)}", _joined(column)
    if column.type == "insz":
        return f"coalesce(' ' || {joined}.client_key, {given})"
    if column.type == "text":
        return f"coalesce({joined}.value, {given})" if column.is_identification else given
    return f"coalesce(' ' || cast({parsed(column, given)} as varchar), {given})"


def parsed(column: Column, text: str) -> str:
    """SQL for the value of a text as the column's type, null when it is none; an INSZ has no value of its own."""
    match column.type:
        case "text":
            fits = f"length({text}) <= {MAX_TEXT} and not starts_with({text}, {literal(UNREADABLE)})"
            return f"case when {fits} then {text} end"
        case "insz":
            return "cast(null as varchar)"
        case "date":
            return f"read_date({text})"
        case "month":
            return f"read_month({text})"
        case "integer":
            return f"case when regexp_full_match({text}, '\\d+') then try_cast({text} as integer) end"
        case "amount":
            return f"""case when regexp_full_match({text}, '[+-]?\\d+([.,]\\d{{1,2}})?')
                then try_cast(ltrim(replace({text}, ',', '.'), '+') as decimal(12, 2)) end"""
        case "yesno":
            yes, no = (", ".join(map(literal, words)) for words in (YES, NO))
            return f"case when lower({text}) in ({yes}) then true when lower({text}) in ({no}) then false end"
        case "nis":
            return f"case when {text} in (select nis_code from municipalities) then {text} end"
        case "code":
            codes = ", ".join(map(literal, column.codes))
            return f"case when upper({text}) in ({codes}) then upper({text}) end"
        case other:
            raise NotImplementedError(f"column type {other!r} of {column.name}")
