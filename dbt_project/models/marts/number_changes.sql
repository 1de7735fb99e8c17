with deliveries as (
    select
        file_name,
        delivered_on
    from {{ ref('stg_deliveries') }}
    where is_loaded and source = 'insz_wijzigingen'
),

changes_by_file as (
    select
        file_name,
        count(*) as numbers_changed,
        count(*) filter (where is_in_circle) as numbers_in_circle
    from {{ ref('int_client_identity') }}
    group by file_name
),

-- A person whose changes came in several files counts under the newest.
ranked as (
    select
        identities.person_key,
        identities.file_name,
        row_number() over (
            partition by identities.person_key
            order by deliveries.delivered_on desc, deliveries.file_name desc
        ) as place
    from {{ ref('int_client_identity') }} as identities
    inner join deliveries
        on deliveries.file_name = identities.file_name
),

outcomes_by_file as (
    select
        ranked.file_name,
        count(*) as outcomes_found
    from {{ ref('fct_outcome') }} as outcomes
    inner join {{ ref('fct_trajectory') }} as trajectories
        on trajectories.trajectory_id = outcomes.trajectory_id
    inner join ranked
        on ranked.person_key = trajectories.client_key and ranked.place = 1
    where outcomes.is_known_by_number_change
    group by ranked.file_name
)

select
    deliveries.file_name,
    deliveries.delivered_on,
    coalesce(changes_by_file.numbers_changed, 0) as numbers_changed,
    coalesce(changes_by_file.numbers_in_circle, 0) as numbers_in_circle,
    coalesce(outcomes_by_file.outcomes_found, 0) as outcomes_found
from deliveries
left join changes_by_file
    on changes_by_file.file_name = deliveries.file_name
left join outcomes_by_file
    on outcomes_by_file.file_name = deliveries.file_name
