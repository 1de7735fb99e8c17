with jobs as (
    select
        trajectory_id,
        min(start_date) as first_start_date,
        max(end_date) as last_end_date,
        count(*) filter (where end_date is null) > 0 as has_open_job
    from {{ ref('stg_art60_jobs') }}
    group by trajectory_id
),

ended as (
    select
        trajectories.trajectory_id,
        trajectories.client_key,
        trajectories.nis_code,
        trajectories.end_date,
        trajectories.end_year,
        jobs.trajectory_id is not null as with_art60,
        coalesce(
            jobs.first_start_date <= {{ add_months('trajectories.start_date', 2) }}, false
        ) as timely_work,
        case
            when not jobs.has_open_job and jobs.last_end_date < trajectories.end_date then jobs.last_end_date
        end as last_job_end_date
    from {{ ref('fct_trajectory') }} as trajectories
    left join jobs
        on jobs.trajectory_id = trajectories.trajectory_id
    where trajectories.is_ended
),

actions as (
    select
        ended.trajectory_id,
        count(*) filter (where actions.action_type = 'wes') > 0 as with_wes,
        count(*) filter (where actions.action_type = 'ibo') > 0 as with_ibo,
        count(*) filter (where actions.action_type = 'opleidingsstage') > 0 as with_opleidingsstage,
        count(*) filter (where actions.action_type = 'coaching') > 0 as with_coaching
    from ended
    inner join {{ ref('stg_guidance_actions') }} as actions
        on actions.client_key = ended.client_key
    where
        ended.last_job_end_date is not null
        and {{ overlaps_window('actions', 'ended.last_job_end_date', 'ended.end_date') }}
    group by ended.trajectory_id
)

select
    ended.trajectory_id,
    ended.nis_code,
    ended.end_year,
    ended.with_art60,
    ended.timely_work,
    case
        when ended.last_job_end_date is not null
            then {{ completed_months(day_after('ended.last_job_end_date'), 'ended.end_date') }}
        when ended.with_art60 then 0
    end as aftercare_months,
    coalesce(actions.with_wes, false) as with_wes,
    coalesce(actions.with_ibo, false) as with_ibo,
    coalesce(actions.with_opleidingsstage, false) as with_opleidingsstage,
    coalesce(actions.with_coaching, false) as with_coaching
from ended
left join actions
    on actions.trajectory_id = ended.trajectory_id
