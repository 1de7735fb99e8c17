with counts as (
    select
        measuring_year as year,
        nis_code,
        count(*) as measured,
        count(*) filter (where with_transmission) as with_transmission
    from {{ ref('fct_outcome') }}
    group by measuring_year, nis_code
)

select
    counts.year,
    counts.nis_code,
    {{ municipality_columns() }},
    counts.measured,
    counts.with_transmission
from counts
{{ join_geography('counts.nis_code') }}
