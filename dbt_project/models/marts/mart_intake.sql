with counts as (
    select
        screening_year as year,
        nis_code,
        count(*) as screened,
        count(*) filter (where meets_criteria) as meeting_criteria,
        count(*) filter (where is_incomplete) as incomplete,
        count(*) filter (where is_referred) as referred,
        count(*) filter (where is_referred and meets_criteria) as referred_meeting,
        count(*) filter (where is_referred and not meets_criteria) as referred_not_meeting
    from {{ ref('fct_screening') }}
    group by screening_year, nis_code
)

select
    counts.year,
    counts.nis_code,
    {{ municipality_columns() }},
    counts.screened,
    counts.meeting_criteria,
    counts.incomplete,
    counts.referred,
    counts.referred_meeting,
    counts.referred_not_meeting
from counts
{{ join_geography('counts.nis_code') }}
