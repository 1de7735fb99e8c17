with current_rows as (
    {{ current_rows('trajecten', ['traject_id']) }}
)

select
    current_rows.traject_id as trajectory_id,
    {{ person_key('current_rows.client_key') }} as client_key,
    current_rows.client_key as delivered_client_key,
    current_rows.ocmw_nis as source_nis_code,
    current_rows.startdatum as start_date,
    current_rows.vermoedelijke_einddatum as expected_end_date,
    current_rows.einddatum as end_date,
    ending.code as ending,
    current_rows.file_name
from current_rows
{{ join_identity('current_rows.client_key') }}
{{ join_code('ending', 'ending', 'current_rows.beeindiging') }}
