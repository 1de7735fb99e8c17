with counts as (
    select
        end_year as year,
        nis_code,
        ending,
        duration_class,
        count(*) as trajectories
    from {{ ref('fct_trajectory') }}
    where is_ended
    group by end_year, nis_code, ending, duration_class
)

select
    counts.year,
    counts.nis_code,
    {{ municipality_columns() }},
    counts.ending,
    counts.duration_class,
    counts.trajectories
from counts
{{ join_geography('counts.nis_code') }}
