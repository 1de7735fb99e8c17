"""The ten marts in plain SQL, at the municipalities of the newest delivery's day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

MARTS = (
    "mart_started_duration",
    "mart_started_profile",
    "mart_wage_subsidies",
    "mart_ended_duration",
    "mart_outflow",
    "mart_competence",
    "mart_transmissions",
    "mart_activation_ratio",
    "mart_aftercare",
    "mart_intake",
)


def write_marts(con: duckdb.DuckDBPyConnection, out: Path, as_of: dt.date) -> None:
    """Computes the marts in `con` and writes `<mart>.parquet` and marts.duckdb."""
    con.execute(f"set variable as_of = date '{as_of}'")
    con.execute(_FACTS)
    for mart, query in _COUNTS.items():
        con.execute(f"""
            create table {mart} as
            select year, nis_code, municipality, province, is_centre_city, counts.* exclude (year, nis_code)
            from ({query}) as counts join places using (nis_code)
            order by all
        """)
        con.execute(f"copy {mart} to '{out / mart}.parquet' (format parquet, compression zstd)")
    database = out / "marts.duckdb"
    database.unlink(missing_ok=True)
    con.execute(f"attach '{database}' as published")
    for mart in MARTS:
        con.execute(f"create table published.{mart} as from {mart}")
    con.execute("detach published")


_FACTS = """
    create macro months(a, b) as date_diff('month', a, b + 1)
        - case when a + to_months(cast(date_diff('month', a, b + 1) as integer)) > b + 1 then 1 else 0 end;

    create table geo as
    with recursive steps as (
        select nis_code as given, nis_code from municipalities
        union all
        select given, m.successor_nis_code from steps join municipalities as m using (nis_code)
        where m.valid_to < getvariable('as_of') and m.successor_nis_code is not null
    )
    select given, nis_code from steps join municipalities as m using (nis_code)
    where getvariable('as_of') between coalesce(m.valid_from, getvariable('as_of'))
        and coalesce(m.valid_to, getvariable('as_of'));
    insert into geo select nis_code, '99999' from municipalities where nis_code not in (select given from geo);

    create table places as
    select nis_code, municipality, province, is_centre_city from municipalities
    where nis_code in (select nis_code from geo)
    union all select '99999', 'Niet toewijsbaar', 'Niet toewijsbaar', false;

    create table traject as
    select traject_id, client_key, g.nis_code, startdatum, einddatum, year(startdatum)::integer as start_year,
        months(startdatum, vermoedelijke_einddatum)::integer as expected_months,
        coalesce(einddatum <= getvariable('as_of'), false) as ended,
        case when ended then year(einddatum)::integer end as end_year, e.code as ending,
        case when ended then months(startdatum, einddatum) end as duration,
        case when ended then (einddatum + interval 12 month)::date end as meetdatum
    from trajecten join geo as g on g.given = ocmw_nis
    left join code_lists as e on e.code_list = 'ending' and e.source_code = beeindiging;

    create table profile as
    select t.start_year as year, t.nis_code, coalesce(lower(p.geslacht), 'unknown') as gender,
        coalesce(a.code, 'unknown') as age, coalesce(u.code, 'unknown') as unemployment,
        case when p.kortgeschoold then 'short' when not p.kortgeschoold then 'not_short' else 'unknown' end
            as schooling,
        case when p.migratieachtergrond then 'yes' when not p.migratieachtergrond then 'no' else 'unknown' end
            as migration_background
    from traject as t left join klantprofielen as p using (traject_id)
    left join class_sets as a on a.class_set = 'age'
        and p.leeftijd between a.lower_bound and coalesce(a.upper_bound, 999)
    left join class_sets as u on u.class_set = 'unemployment'
        and p.werkloosheidsduur_maanden between u.lower_bound and coalesce(u.upper_bound, 9999);

    create table measured as select *, year(meetdatum)::integer as year from traject
    where meetdatum <= getvariable('as_of');

    create table position_then as
    select traject_id, arg_min(c.code, c.sort_order) as position
    from measured as m join arbeidsmarktposities as p using (client_key)
    join code_lists as c on c.code_list = 'position' and c.source_code = p.positie
    where m.meetdatum between p.startdatum and coalesce(p.einddatum, m.meetdatum) group by traject_id;

    create table competence as
    select traject_id, bool_or(a.type = 'OPLEIDING') as training,
        bool_or(a.type in ('WES', 'IBO', 'OPLEIDINGSSTAGE')) as workplace_learning
    from measured as m join begeleidingsacties as a using (client_key)
    where a.startdatum <= m.meetdatum and (a.einddatum is null or a.einddatum > m.einddatum) group by traject_id;

    create table transmitted as
    select distinct traject_id from measured as m join transmissies as t using (client_key)
    where t.transmissiedatum > m.einddatum and t.transmissiedatum <= m.meetdatum;

    create table aftercare as
    with jobs as (
        select traject_id, min(startdatum) as first_start, max(coalesce(einddatum, date '9999-12-31')) as last_end
        from art60_tewerkstellingen group by traject_id
    )
    select t.traject_id, t.client_key, t.nis_code, t.end_year as year, t.einddatum,
        j.traject_id is not null as with_art60,
        coalesce(j.first_start <= t.startdatum + interval 2 month, false) as timely,
        case when j.last_end < t.einddatum then j.last_end end as last_end,
        case when j.last_end < t.einddatum then months(j.last_end + 1, t.einddatum) when with_art60 then 0 end as months
    from traject as t left join jobs as j using (traject_id) where t.ended;

    create table guided as
    select traject_id, bool_or(a.type = 'WES') as wes, bool_or(a.type = 'IBO') as ibo,
        bool_or(a.type = 'OPLEIDINGSSTAGE') as opleidingsstage, bool_or(a.type = 'COACHING') as coaching
    from aftercare as c join begeleidingsacties as a using (client_key)
    where a.startdatum <= c.einddatum and c.last_end is not null and (a.einddatum is null or a.einddatum > c.last_end)
    group by traject_id;

    create table subsidies as
    select g.nis_code, traject_id, prestatiemaand, betaaldatum, soort, bedrag
    from loontoelagen join geo as g on g.given = ocmw_nis;

    create table ratio as
    with clients as (
        select t.nis_code, m.maand, count(distinct t.client_key) as clients
        from traject as t join (select distinct maand from leefloners) as m
            on t.startdatum <= last_day(m.maand) and (t.einddatum is null or t.einddatum >= last_day(m.maand))
        group by all
    ), beneficiaries as (
        select g.nis_code, maand, sum(leefloners) as leefloners, sum(equivalent_leefloners) as equivalent
        from leefloners as l join geo as g on g.given = l.nis_code group by all
    ), monthly as (
        select nis_code, maand, coalesce(clients, 0) as clients, leefloners, equivalent
        from beneficiaries left join clients using (nis_code, maand)
    )
    select year(maand)::integer as year, nis_code, basis, avg(clients) as clients_in_twe,
        avg(monthly.leefloners) as leefloners, avg(equivalent) as equivalent_leefloners,
        100 * avg(clients) / nullif(avg(monthly.leefloners), 0) as ratio_pct
    from monthly cross join (values ('year_average'), ('january')) as bases (basis)
    where basis = 'year_average' or month(maand) = 1 group by all;
"""

_CHARACTERISTICS = "gender, age, unemployment, schooling, migration_background"
_MEASURED = "from measured as m left join {} using (traject_id) group by all"

_COUNTS = {
    "mart_started_duration": """
        select start_year as year, nis_code, expected_months, count(*) as trajectories from traject group by all""",
    "mart_started_profile": f"""
        select year, nis_code, characteristic, category, count(*) as trajectories
        from (unpivot profile on {_CHARACTERISTICS} into name characteristic value category) group by all""",
    "mart_wage_subsidies": """
        with pairs as (
            select year(prestatiemaand)::integer as year, nis_code, 'performance' as basis, sum(bedrag) as amount,
                sum(bedrag) filter (soort = 'CORRECTIE') as correction
            from subsidies group by year, nis_code, traject_id, prestatiemaand
            union all
            select year(betaaldatum)::integer as year, nis_code, 'payment', sum(bedrag),
                sum(bedrag) filter (soort = 'CORRECTIE')
            from subsidies group by year, nis_code, traject_id, prestatiemaand
        )
        select year, nis_code, basis, count(*) filter (amount > 0) as subsidies,
            sum(amount)::decimal(18, 2) as amount_eur, coalesce(sum(correction), 0)::decimal(18, 2) as correction_eur
        from pairs group by all""",
    "mart_ended_duration": """
        select end_year as year, nis_code, ending, coalesce(code, 'unknown') as duration_class,
            count(*) as trajectories
        from (select end_year, nis_code, ending, duration from traject where ended)
        left join class_sets on class_set = 'duration'
            and duration between lower_bound and coalesce(upper_bound, 9999)
        group by all""",
    "mart_outflow": f"""
        select year, nis_code, coalesce(position, 'unknown') as position, count(*) as trajectories
        {_MEASURED.format("position_then")}""",
    "mart_competence": f"""
        select year, nis_code, count(*) as measured, count(*) filter (training) as with_training,
            count(*) filter (workplace_learning) as with_workplace_learning,
            count(*) filter (training or workplace_learning) as with_either
        {_MEASURED.format("competence")}""",
    "mart_transmissions": f"""
        select year, nis_code, count(*) as measured, count(t.traject_id) as with_transmission
        {_MEASURED.format("transmitted as t")}""",
    "mart_activation_ratio": """
        with flanders as (
            select year, basis, 100 * sum(clients_in_twe) / nullif(sum(leefloners), 0) as ratio_pct
            from ratio group by all
        )
        select r.year, r.nis_code, r.basis, r.clients_in_twe, r.leefloners, r.equivalent_leefloners, r.ratio_pct,
            100 * (r.clients_in_twe - p.clients_in_twe) / nullif(p.clients_in_twe, 0) as clients_change_pct,
            100 * (r.ratio_pct - p.ratio_pct) / nullif(p.ratio_pct, 0) as ratio_change_pct,
            r.ratio_pct - p.ratio_pct as ratio_change_pp, r.ratio_pct - f.ratio_pct as difference_flanders_pp
        from ratio as r join flanders as f using (year, basis)
        left join ratio as p on p.nis_code = r.nis_code and p.basis = r.basis and p.year = r.year - 1""",
    "mart_aftercare": """
        select year, nis_code, count(*) as ended, count(*) filter (with_art60) as with_art60,
            count(*) filter (timely) as timely_work, avg(months) as aftercare_months,
            count(*) filter (wes) as with_wes, count(*) filter (ibo) as with_ibo,
            count(*) filter (opleidingsstage) as with_opleidingsstage, count(*) filter (coaching) as with_coaching
        from aftercare left join guided using (traject_id) group by all""",
    "mart_intake": """
        with screened as (
            select year(screeningsdatum)::integer as year, g.nis_code, besluit = 'TOEGELEID' as is_referred,
                [werkervaring_nodig, generieke_competenties_te_ontwikkelen, nec_haalbaar_binnen_2_jaar,
                    minstens_halftijds_inzetbaar] as criteria,
                list_count(criteria) < 4 as is_incomplete, not is_incomplete and list_bool_and(criteria) as meets
            from screenings join geo as g on g.given = ocmw_nis
        )
        select year, nis_code, count(*) as screened, count(*) filter (meets) as meeting_criteria,
            count(*) filter (is_incomplete) as incomplete, count(*) filter (is_referred) as referred,
            count(*) filter (is_referred and meets) as referred_meeting,
            count(*) filter (is_referred and not meets) as referred_not_meeting
        from screened group by all""",
}
