{% set year_by_basis = {'performance': 'performance_month', 'payment': 'payment_date'} -%}

with pairs as (
    {% for basis, dated in year_by_basis.items() -%}
        select
            '{{ basis }}' as basis,
            {{ year_of(dated) }} as year,
            nis_code,
            trajectory_id,
            performance_month,
            sum(amount_eur) as amount_eur,
            sum(amount_eur) filter (where payment_kind = 'correction') as correction_eur
        from {{ ref('fct_wage_subsidy') }}
        group by year, nis_code, trajectory_id, performance_month
        {% if not loop.last -%} union all {% endif %}
    {% endfor -%}
),

counts as (
    select
        year,
        nis_code,
        basis,
        count(*) filter (where amount_eur > 0) as subsidies,
        cast(sum(amount_eur) as decimal(18, 2)) as amount_eur,
        cast(coalesce(sum(correction_eur), 0) as decimal(18, 2)) as correction_eur
    from pairs
    group by year, nis_code, basis
)

select
    counts.year,
    counts.nis_code,
    {{ municipality_columns() }},
    counts.basis,
    counts.subsidies,
    counts.amount_eur,
    counts.correction_eur
from counts
{{ join_geography('counts.nis_code') }}
