with counts as (
    select
        measuring_year as year,
        nis_code,
        count(*) as measured,
        count(*) filter (where with_training) as with_training,
        count(*) filter (where with_workplace_learning) as with_workplace_learning,
        count(*) filter (where with_training or with_workplace_learning) as with_either
    from {{ ref('fct_outcome') }}
    group by measuring_year, nis_code
)

select
    counts.year,
    counts.nis_code,
    {{ municipality_columns() }},
    counts.measured,
    counts.with_training,
    counts.with_workplace_learning,
    counts.with_either
from counts
{{ join_geography('counts.nis_code') }}
