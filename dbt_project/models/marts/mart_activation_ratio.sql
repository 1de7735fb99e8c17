{% set months_by_basis = {'year_average': 'true', 'january': 'extract(month from calendar_month) = 1'} -%}

with means as (
    {% for basis, months in months_by_basis.items() -%}
        select
            {{ year_of('calendar_month') }} as year,
            nis_code,
            '{{ basis }}' as basis,
            avg(clients_in_twe) as clients_in_twe,
            avg(leefloners) as leefloners,
            avg(equivalent_leefloners) as equivalent_leefloners
        from {{ ref('fct_twe_month') }}
        where {{ months }}
        group by year, nis_code
        {% if not loop.last -%} union all {% endif %}
    {% endfor -%}
),

-- Summed as decimals: the order in which doubles are added would change the last digit from run to run.
flanders as (
    select
        year,
        basis,
        100 * cast(sum(cast(clients_in_twe as decimal(38, 18))) as double)
        / nullif(cast(sum(cast(leefloners as decimal(38, 18))) as double), 0) as ratio_pct
    from means
    group by year, basis
),

ratios as (
    select
        means.*,
        100 * means.clients_in_twe / nullif(means.leefloners, 0) as ratio_pct
    from means
)

select
    ratios.year,
    ratios.nis_code,
    {{ municipality_columns() }},
    ratios.basis,
    ratios.clients_in_twe,
    ratios.leefloners,
    ratios.equivalent_leefloners,
    ratios.ratio_pct,
    100 * (ratios.clients_in_twe - previous.clients_in_twe)
    / nullif(previous.clients_in_twe, 0) as clients_change_pct,
    100 * (ratios.ratio_pct - previous.ratio_pct) / nullif(previous.ratio_pct, 0) as ratio_change_pct,
    ratios.ratio_pct - previous.ratio_pct as ratio_change_pp,
    ratios.ratio_pct - flanders.ratio_pct as difference_flanders_pp
from ratios
left join ratios as previous
    on
        previous.nis_code = ratios.nis_code
        and previous.basis = ratios.basis
        and previous.year = ratios.year - 1
left join flanders
    on flanders.year = ratios.year and flanders.basis = ratios.basis
{{ join_geography('ratios.nis_code') }}
