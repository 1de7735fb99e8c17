with trajectories as (
    select
        trajectories.*,
        {{ reporting_nis() }} as nis_code,
        coalesce(trajectories.end_date <= settings.as_of, false) as is_ended,
        coalesce({{ measuring_date('trajectories.end_date') }} <= settings.as_of, false) as is_measured
    from {{ ref('stg_trajectories') }} as trajectories
    {{ join_geography('trajectories.source_nis_code') }}
    cross join {{ ref('stg_run_settings') }} as settings
),

measures as (
    select
        trajectories.*,
        {{ completed_months('trajectories.start_date', 'trajectories.expected_end_date') }}
            as expected_months,
        case
            when trajectories.is_ended
                then {{ completed_months('trajectories.start_date', 'trajectories.end_date') }}
        end as duration_months,
        case
            when trajectories.is_measured then {{ measuring_date('trajectories.end_date') }}
        end as measuring_date
    from trajectories
)

select
    measures.trajectory_id,
    measures.client_key,
    measures.delivered_client_key,
    measures.nis_code,
    measures.start_date,
    {{ year_of('measures.start_date') }} as start_year,
    measures.expected_months,
    measures.end_date,
    measures.is_ended,
    case when measures.is_ended then measures.ending end as ending,
    case when measures.is_ended then {{ year_of('measures.end_date') }} end as end_year,
    measures.duration_months,
    case when measures.is_ended then {{ class_code('duration') }} end as duration_class,
    measures.measuring_date,
    {{ year_of('measures.measuring_date') }} as measuring_year,
    coalesce(profiles.gender, 'unknown') as gender,
    {{ class_code('age') }} as age_class,
    {{ class_code('unemployment') }} as unemployment_class,
    coalesce(profiles.schooling, 'unknown') as schooling,
    coalesce(profiles.migration_background, 'unknown') as migration_background,
    measures.file_name
from measures
left join {{ ref('stg_client_profiles') }} as profiles
    on profiles.trajectory_id = measures.trajectory_id
{{ join_class('duration', 'duration', 'measures.duration_months') }}
{{ join_class('age', 'age', 'profiles.age') }}
{{ join_class('unemployment', 'unemployment', 'profiles.unemployment_months') }}
