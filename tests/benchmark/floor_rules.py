"""The delivery format in one table and some SQL: which columns a source has, and which rows are refused."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

LONGEST_TEXT = 36


@dataclass(frozen=True)
class Source:
    """`columns`: name -> type, required when it ends on `!`; `refuse`: SQL on values, true for a row to refuse.

    In `refuse` a column is its value (null when missing or invalid) and `<column>_given` its text.
    """

    key: tuple[str, ...]
    columns: dict[str, str]
    refuse: str = "false"

    @property
    def required(self) -> list[str]:
        return [name for name, kind in self.columns.items() if kind.endswith("!")]

    @property
    def numbers(self) -> list[str]:
        return [name for name, kind in self.columns.items() if kind.startswith("insz")]


_ENDED_EARLY = "einddatum < startdatum"
_CRITERIA = (
    "werkervaring_nodig",
    "generieke_competenties_te_ontwikkelen",
    "nec_haalbaar_binnen_2_jaar",
    "minstens_halftijds_inzetbaar",
)


def _source(key: str, columns: dict[str, str], refuse: str = "false") -> Source:
    return Source(tuple(key.split()), columns | {"verwijderd": "yesno"}, refuse)


SOURCES = {
    "trajecten": _source(
        "traject_id",
        {"traject_id": "text!", "klant_id": "insz!", "ocmw_nis": "nis!", "startdatum": "date!",
         "vermoedelijke_einddatum": "date", "einddatum": "date", "beeindiging": "code ending"},
        f"startdatum < date '2017-01-01' or vermoedelijke_einddatum < startdatum or {_ENDED_EARLY} "
        "or (beeindiging is not null and einddatum_given is null) "
        "or (einddatum is not null and beeindiging_given is null)",
    ),
    "klantprofielen": _source(
        "traject_id",
        {"traject_id": "text!", "geslacht": "code gender", "leeftijd": "integer",
         "werkloosheidsduur_maanden": "integer", "kortgeschoold": "yesno", "migratieachtergrond": "yesno"},
        "leeftijd not between 15 and 99 or werkloosheidsduur_maanden not between 0 and 720",
    ),
    "art60_tewerkstellingen": _source(
        "tewerkstelling_id",
        {"tewerkstelling_id": "text!", "traject_id": "text!", "startdatum": "date!", "einddatum": "date",
         "sector": "code sector"},
        _ENDED_EARLY,
    ),
    "begeleidingsacties": _source(
        "actie_id",
        {"actie_id": "text!", "klant_id": "insz!", "type": "code action_type!", "startdatum": "date!",
         "einddatum": "date"},
        _ENDED_EARLY,
    ),
    "loontoelagen": _source(
        "betaling_id",
        {"betaling_id": "text!", "traject_id": "text!", "ocmw_nis": "nis!", "prestatiemaand": "month!",
         "betaaldatum": "date!", "soort": "code payment_kind!", "bedrag": "amount!"},
        "(soort = 'BETALING' and bedrag <= 0) or (soort = 'CORRECTIE' and bedrag = 0) "
        "or betaaldatum < prestatiemaand or betaaldatum > last_day(prestatiemaand) + interval 10 year",
    ),
    "arbeidsmarktposities": _source(
        "positie_id",
        {"positie_id": "text!", "klant_id": "insz!", "positie": "code position!", "startdatum": "date!",
         "einddatum": "date"},
        _ENDED_EARLY,
    ),
    "transmissies": _source(
        "transmissie_id", {"transmissie_id": "text!", "klant_id": "insz!", "transmissiedatum": "date!"}
    ),
    "leefloners": _source(
        "nis_code maand",
        {"nis_code": "nis!", "maand": "month!", "leefloners": "integer!", "equivalent_leefloners": "integer"},
    ),
    "screenings": _source(
        "screening_id",
        {"screening_id": "text!", "klant_id": "insz!", "ocmw_nis": "nis!", "screeningsdatum": "date!",
         "besluit": "code screening_decision!"} | dict.fromkeys(_CRITERIA, "yesno"),
    ),
    "insz_wijzigingen": _source(
        "oude_insz", {"oude_insz": "insz!", "nieuwe_insz": "insz!", "ingangsdatum": "date!"}, "oude_insz = nieuwe_insz"
    ),
}  # fmt: skip


def macros() -> str:
    """SQL macros from text to value: null when the text cannot be read."""
    return rf"""
        create macro given(x) as nullif(trim(cast(x as varchar)), '');
        create macro as_date(x) as case
            when regexp_full_match(x, '\d{{4}}-\d\d-\d\d') then try_cast(x as date)
            when regexp_full_match(x, '\d\d/\d\d/\d{{4}}') then cast(try_strptime(x, '%d/%m/%Y') as date) end;
        create macro as_month(x) as case
            when regexp_full_match(x, '\d{{4}}-\d\d') then try_cast(x || '-01' as date) end;
        create macro as_integer(x) as case when regexp_full_match(x, '\d+') then try_cast(x as integer) end;
        create macro as_amount(x) as case when regexp_full_match(x, '[+-]?\d+([.,]\d\d?)?')
            then try_cast(replace(x, ',', '.') as decimal(12, 2)) end;
        create macro as_yesno(x) as case
            when lower(x) in ('j', 'ja', 'true', '1') then true
            when lower(x) in ('n', 'nee', 'false', '0') then false end;
        create macro as_text(x) as case when length(x) <= {LONGEST_TEXT} then x end;
        create macro digits(x) as case when regexp_full_match(x, '\d([ ./-]*\d){{10}}')
            then regexp_replace(x, '\D', '', 'g') end;
        create macro insz(x) as case when cast(digits(x)[10:11] as integer) in (
            97 - cast(digits(x)[1:9] as bigint) % 97, 97 - cast('2' || digits(x)[1:9] as bigint) % 97
        ) then digits(x) end;
    """


def _value(con: duckdb.DuckDBPyConnection, column: str, kind: str) -> str:
    """SQL for the value of a column of `raw`."""
    kind = kind.removesuffix("!")
    if kind == "insz":
        return f"{column}_keys.client_key"
    if kind == "nis":
        return f"case when raw.{column} in (select nis_code from municipalities) then raw.{column} end"
    if kind.startswith("code "):
        codes = con.execute(
            "select source_code from code_lists where code_list = ? and source_code is not null", [kind[5:]]
        ).fetchall()
        return f"case when upper(raw.{column}) in ({', '.join(repr(c) for (c,) in codes)}) then upper(raw.{column}) end"
    return f"as_{kind}(raw.{column})"


def typed(con: duckdb.DuckDBPyConnection, name: str, source: Source) -> None:
    """Makes `<name>_read` from `raw`: the values, whether the row withdraws its key, and whether it is refused."""
    columns = source.columns
    values = ", ".join(f"{_value(con, c, kind)} as {c}, raw.{c} as {c}_given" for c, kind in columns.items())
    bad = {c: f"({c} is null and ({c}_given is not null or {str(c in source.required).lower()}))" for c in columns}
    bad_key = " or ".join(bad[k] for k in source.key)
    bad_rest = " or ".join([*(b for c, b in bad.items() if c not in source.key), f"coalesce({source.refuse}, false)"])
    kept = ", ".join("klant_id as client_key" if c == "klant_id" else c for c in columns if c != "verwijderd")
    clients = " ".join(f"left join clients as {c}_keys on {c}_keys.given = raw.{c}" for c in source.numbers)
    con.execute(f"""
        {_repeats(source)}
        create or replace table {name}_read as
        with parsed as (
            select file, raw.rowid in (from repeats) as repeats, {values} from raw {clients}
        )
        select file, {kept}, coalesce(verwijderd, false) as withdrawn,
            repeats or {bad_key} or (not withdrawn and ({bad_rest})) as refused
        from parsed
    """)


def _repeats(source: Source) -> str:
    """SQL for table `repeats`: rows of one file with the same key, but for the first when they are all alike."""
    key = ", ".join(source.key)
    complete = " and ".join(f"{k} is not null" for k in source.key)
    return f"""
        create or replace table repeats as
        with often as (
            select file, {key} from raw where {complete} group by all having count(*) > 1
        ), compared as (
            select raw.rowid as id, file, {key}, row({", ".join(source.columns)}) as content
            from raw semi join often using (file, {key})
        )
        select id from compared
        window same as (partition by file, {key})
        qualify min(content) over same is distinct from max(content) over same or id <> min(id) over same;
    """
