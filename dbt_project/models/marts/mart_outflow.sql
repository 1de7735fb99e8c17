with counts as (
    select
        measuring_year as year,
        nis_code,
        position,
        count(*) as trajectories
    from {{ ref('fct_outcome') }}
    group by measuring_year, nis_code, position
)

select
    counts.year,
    counts.nis_code,
    {{ municipality_columns() }},
    counts.position,
    counts.trajectories
from counts
{{ join_geography('counts.nis_code') }}
