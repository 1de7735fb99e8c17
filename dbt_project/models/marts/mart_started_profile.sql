{% set characteristics = ['gender', 'age', 'unemployment', 'schooling', 'migration_background'] -%}

with counts as (
    {% for characteristic in characteristics -%}
        select
            start_year as year,
            nis_code,
            '{{ characteristic }}' as characteristic,
            {{ characteristic }} as category,
            count(*) as trajectories
        from {{ ref('fct_trajectory') }}
        group by start_year, nis_code, {{ characteristic }}
        {% if not loop.last -%} union all {% endif %}
    {% endfor -%}
)

select
    counts.year,
    counts.nis_code,
    {{ municipality_columns() }},
    counts.characteristic,
    counts.category,
    counts.trajectories
from counts
{{ join_geography('counts.nis_code') }}
