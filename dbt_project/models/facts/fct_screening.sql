select
    screenings.screening_id,
    screenings.client_key,
    {{ reporting_nis() }} as nis_code,
    {{ year_of('screenings.screening_date') }} as screening_year,
    screenings.decision = 'referred' as is_referred,
    coalesce(
        screenings.needs_work_experience
        and screenings.needs_generic_competences
        and screenings.is_nec_feasible_within_2_years
        and screenings.is_available_half_time,
        false
    ) as meets_criteria,
    screenings.needs_work_experience is null
    or screenings.needs_generic_competences is null
    or screenings.is_nec_feasible_within_2_years is null
    or screenings.is_available_half_time is null as is_incomplete
from {{ ref('stg_screenings') }} as screenings
{{ join_geography('screenings.source_nis_code') }}
