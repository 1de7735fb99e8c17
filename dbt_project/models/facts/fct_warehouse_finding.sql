{% set rows_of_trajectories = {
    'klantprofielen': ('stg_client_profiles', 'trajectory_id'),
    'art60_tewerkstellingen': ('stg_art60_jobs', 'job_id'),
    'loontoelagen': ('fct_wage_subsidy', 'payment_id')
} -%}

with trajectories as (
    select
        trajectory_id,
        client_key,
        start_date,
        coalesce(end_date, date '9999-12-31') as end_date,
        file_name
    from {{ ref('fct_trajectory') }}
)

{% for source, (relation, key) in rows_of_trajectories.items() -%}
    select
        '{{ source }}' as source,
        'unknown_trajectory' as rule,
        delivered.file_name,
        delivered.{{ key }} as row_key,
        cast(null as string) as other_key
    from {{ ref(relation) }} as delivered
    left join trajectories
        on trajectories.trajectory_id = delivered.trajectory_id
    where trajectories.trajectory_id is null
    union all
{% endfor -%}
select
    'trajecten' as source,
    'overlapping_trajectory' as rule,
    trajectories.file_name,
    trajectories.trajectory_id as row_key,
    min(overlapping.trajectory_id) as other_key
from trajectories
inner join trajectories as overlapping
    on
        overlapping.client_key = trajectories.client_key
        and overlapping.trajectory_id <> trajectories.trajectory_id
        and overlapping.start_date <= trajectories.end_date
        and overlapping.end_date >= trajectories.start_date
group by trajectories.file_name, trajectories.trajectory_id
union all
select
    'insz_wijzigingen' as source,
    'number_circle' as rule,
    file_name,
    client_key as row_key,
    cast(null as string) as other_key
from {{ ref('int_client_identity') }}
where is_in_circle
