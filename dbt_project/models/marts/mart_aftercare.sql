with counts as (
    select
        end_year as year,
        nis_code,
        count(*) as ended,
        count(*) filter (where with_art60) as with_art60,
        count(*) filter (where timely_work) as timely_work,
        avg(aftercare_months) as aftercare_months,
        count(*) filter (where with_wes) as with_wes,
        count(*) filter (where with_ibo) as with_ibo,
        count(*) filter (where with_opleidingsstage) as with_opleidingsstage,
        count(*) filter (where with_coaching) as with_coaching
    from {{ ref('fct_aftercare') }}
    group by end_year, nis_code
)

select
    counts.year,
    counts.nis_code,
    {{ municipality_columns() }},
    counts.ended,
    counts.with_art60,
    counts.timely_work,
    counts.aftercare_months,
    counts.with_wes,
    counts.with_ibo,
    counts.with_opleidingsstage,
    counts.with_coaching
from counts
{{ join_geography('counts.nis_code') }}
