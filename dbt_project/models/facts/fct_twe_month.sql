-- A trajectory is in a TWE at the end of the months [first_month, gone_month). Where trajectories of a client
-- in one municipality overlap, the months that an earlier one covers are cut off: a sum counts a client once.
with spells as (
    select
        nis_code,
        client_key,
        {{ first_of_month('start_date') }} as first_month,
        coalesce({{ first_of_month(day_after('end_date')) }}, date '9999-12-01') as gone_month
    from {{ ref('fct_trajectory') }}
),

spells_with_earlier as (
    select
        nis_code,
        first_month,
        gone_month,
        max(gone_month) over (
            partition by nis_code, client_key
            order by first_month
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from spells
),

counted_spells as (
    select
        nis_code,
        greatest(first_month, coalesce(covered_until, first_month)) as first_month,
        gone_month
    from spells_with_earlier
    where gone_month > greatest(first_month, coalesce(covered_until, first_month))
),

leefloners as (
    select
        {{ reporting_nis() }} as nis_code,
        leefloners.calendar_month,
        cast(sum(leefloners.leefloners) as bigint) as leefloners,
        cast(sum(leefloners.equivalent_leefloners) as bigint) as equivalent_leefloners
    from {{ ref('stg_leefloners') }} as leefloners
    {{ join_geography('leefloners.source_nis_code') }}
    group by {{ reporting_nis() }}, leefloners.calendar_month
),

changes as (
    select
        nis_code,
        first_month as calendar_month,
        1 as clients_more
    from counted_spells
    union all
    select
        nis_code,
        gone_month as calendar_month,
        -1 as clients_more
    from counted_spells
    union all
    select
        nis_code,
        calendar_month,
        0 as clients_more
    from leefloners
),

changes_by_month as (
    select
        nis_code,
        calendar_month,
        sum(clients_more) as clients_more
    from changes
    group by nis_code, calendar_month
),

clients as (
    select
        nis_code,
        calendar_month,
        sum(clients_more) over (
            partition by nis_code order by calendar_month
            rows between unbounded preceding and current row
        ) as clients_in_twe
    from changes_by_month
)

select
    leefloners.nis_code,
    leefloners.calendar_month,
    cast(clients.clients_in_twe as bigint) as clients_in_twe,
    leefloners.leefloners,
    leefloners.equivalent_leefloners
from leefloners
inner join clients
    on clients.nis_code = leefloners.nis_code and clients.calendar_month = leefloners.calendar_month
