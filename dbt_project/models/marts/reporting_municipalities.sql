{% set marts = [
    'mart_started_duration', 'mart_started_profile', 'mart_wage_subsidies', 'mart_ended_duration', 'mart_outflow',
    'mart_competence', 'mart_transmissions', 'mart_activation_ratio', 'mart_aftercare', 'mart_intake'
] -%}

{{ config(alias='municipalities') }}

with codes_in_marts as (
    {% for mart in marts -%}
        select nis_code
        from {{ ref(mart) }}
        {% if not loop.last -%} union {% endif %}
    {% endfor -%}
)

select
    geography.nis_code,
    geography.municipality,
    geography.province,
    geography.arrondissement,
    geography.is_centre_city,
    geography.longitude,
    geography.latitude
from {{ ref('dim_geography') }} as geography
left join codes_in_marts
    on codes_in_marts.nis_code = geography.nis_code
where
    geography.source_nis_code = geography.nis_code
    and (geography.nis_code <> {{ unallocated_nis() }} or codes_in_marts.nis_code is not null)
