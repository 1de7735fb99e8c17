select
    as_of,
    geography_date,
    as_of_is_default
from {{ source('work', 'run_settings') }}
