{% set characteristics = {
    'gender': 'gender', 'age': 'age_class', 'unemployment': 'unemployment_class', 'schooling': 'schooling',
    'migration_background': 'migration_background'
} -%}

with counts as (
    {% for characteristic, column in characteristics.items() -%}
        select
            start_year as year,
            nis_code,
            '{{ characteristic }}' as characteristic,
            {{ column }} as category,
            count(*) as trajectories
        from {{ ref('fct_trajectory') }}
        group by start_year, nis_code, {{ column }}
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
