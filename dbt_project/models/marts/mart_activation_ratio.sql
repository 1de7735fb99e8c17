{% set months_by_basis = {'year_average': 'true', 'january': 'extract(month from calendar_month) = 1'} -%}

with means as (
    {% for basis, months in months_by_basis.items() -%}
        select
            {{ year_of('calendar_month') }} as year,
            nis_code,
            '{{ basis }}' as basis,
            avg(clients_in_twe) as clients_in_twe,
            avg(leefloners) as leefloners,
            avg(equivalent_leefloners) as equivalent_leefloners,
            sum(clients_in_twe) * 27720 / count(*) as whole_clients,
            sum(leefloners) * 27720 / count(*) as whole_leefloners
        from {{ ref('fct_twe_month') }}
        where {{ months }}
        group by year, nis_code
        {% if not loop.last -%} union all {% endif %}
    {% endfor -%}
),

-- 27,720 times a mean of up to twelve months is a whole number. Of whole numbers a sum is exact, whatever the
-- order; of means the last digit would change from run to run, and from engine to engine.
flanders as (
    select
        year,
        basis,
        100 * sum(whole_clients) / nullif(sum(whole_leefloners), 0) as ratio_pct
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
