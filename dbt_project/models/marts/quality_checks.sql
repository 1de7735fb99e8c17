{% set rules_by_relation = {
    'stg_client_profiles': 'unknown_trajectory',
    'stg_art60_jobs': 'unknown_trajectory',
    'fct_wage_subsidy': 'unknown_trajectory',
    'fct_trajectory': 'overlapping_trajectory',
    'int_client_identity': 'number_circle'
} -%}

with deliveries as (
    select *
    from {{ ref('stg_deliveries') }}
    where is_loaded
),

checks_at_the_door as (
    select
        deliveries.file_name,
        checks.item.rule,
        checks.item.on_fail,
        checks.item.rows_checked,
        checks.item.rows_failed
    from deliveries
    {{ join_elements('deliveries.checks', 'checks') }}
),

-- Deliveries of before the checks were kept: of those only the broken rules are known.
broken_rules_of_old as (
    select
        deliveries.file_name,
        reasons.item.rule,
        reasons.item.on_fail,
        cast(null as integer) as rows_checked,
        reasons.item.rows as rows_failed
    from deliveries
    {{ join_elements('deliveries.reasons', 'reasons') }}
    where deliveries.checks is null
),

{% for relation, rule in rules_by_relation.items() -%}
    checked_{{ relation }} as (
        select
            file_name,
            '{{ rule }}' as rule,
            'warn' as on_fail,
            cast(count(*) as integer) as rows_checked
        from {{ ref(relation) }}
        group by file_name
    ),

{% endfor -%}
checked_in_the_warehouse as (
    {% for relation in rules_by_relation -%}
        select * from checked_{{ relation }}{% if not loop.last %}
            union all
        {% endif %}
    {%- endfor %}
),

found_in_the_warehouse as (
    select
        file_name,
        rule,
        count(*) as rows_failed
    from {{ ref('fct_warehouse_finding') }}
    group by file_name, rule
),

checks as (
    select
        'door' as judged_by,
        *
    from checks_at_the_door
    union all
    select
        'door' as judged_by,
        *
    from broken_rules_of_old
    union all
    select
        'warehouse' as judged_by,
        checked_in_the_warehouse.file_name,
        checked_in_the_warehouse.rule,
        checked_in_the_warehouse.on_fail,
        checked_in_the_warehouse.rows_checked,
        cast(coalesce(found_in_the_warehouse.rows_failed, 0) as integer) as rows_failed
    from checked_in_the_warehouse
    left join found_in_the_warehouse
        on
            found_in_the_warehouse.file_name = checked_in_the_warehouse.file_name
            and found_in_the_warehouse.rule = checked_in_the_warehouse.rule
)

select
    deliveries.source,
    deliveries.delivered_on,
    deliveries.file_name,
    checks.judged_by,
    checks.rule,
    checks.on_fail,
    checks.rows_checked,
    checks.rows_failed,
    deliveries.suite_version
from checks
inner join deliveries
    on deliveries.file_name = checks.file_name
