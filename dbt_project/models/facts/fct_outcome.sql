with measured as (
    select
        trajectory_id,
        client_key,
        delivered_client_key,
        nis_code,
        end_date,
        measuring_date,
        measuring_year
    from {{ ref('fct_trajectory') }}
    where measuring_date is not null
),

positions as (
    select
        measured.trajectory_id,
        min_by(positions.position, positions.priority) as position,
        count(*) filter (where positions.delivered_client_key = measured.delivered_client_key) = 0
            as is_known_by_number_change
    from measured
    inner join {{ ref('stg_positions') }} as positions
        on positions.client_key = measured.client_key
    where
        positions.start_date <= measured.measuring_date
        and (positions.end_date is null or positions.end_date >= measured.measuring_date)
    group by measured.trajectory_id
),

actions as (
    select
        measured.trajectory_id,
        count(*) filter (where actions.action_group = 'training') > 0 as with_training,
        count(*) filter (where actions.action_group = 'workplace_learning') > 0 as with_workplace_learning
    from measured
    inner join {{ ref('stg_guidance_actions') }} as actions
        on actions.client_key = measured.client_key
    where
        {{ overlaps_window('actions', 'measured.end_date', 'measured.measuring_date') }}
    group by measured.trajectory_id
),

transmissions as (
    select distinct measured.trajectory_id
    from measured
    inner join {{ ref('stg_transmissions') }} as transmissions
        on transmissions.client_key = measured.client_key
    where
        transmissions.transmission_date > measured.end_date
        and transmissions.transmission_date <= measured.measuring_date
)

select
    measured.trajectory_id,
    measured.nis_code,
    measured.measuring_year,
    coalesce(positions.position, 'unknown') as position,
    coalesce(positions.is_known_by_number_change, false) as is_known_by_number_change,
    coalesce(actions.with_training, false) as with_training,
    coalesce(actions.with_workplace_learning, false) as with_workplace_learning,
    transmissions.trajectory_id is not null as with_transmission
from measured
left join positions
    on positions.trajectory_id = measured.trajectory_id
left join actions
    on actions.trajectory_id = measured.trajectory_id
left join transmissions
    on transmissions.trajectory_id = measured.trajectory_id
