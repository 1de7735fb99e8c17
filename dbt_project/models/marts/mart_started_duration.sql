with counts as (
    select
        start_year as year,
        nis_code,
        expected_months,
        count(*) as trajectories
    from {{ ref('fct_trajectory') }}
    group by start_year, nis_code, expected_months
)

select
    counts.year,
    counts.nis_code,
    {{ municipality_columns() }},
    counts.expected_months,
    counts.trajectories
from counts
{{ join_geography('counts.nis_code') }}
