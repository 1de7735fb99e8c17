with current_rows as (
    {{ current_rows('art60_tewerkstellingen', ['tewerkstelling_id']) }}
)

select
    current_rows.tewerkstelling_id as job_id,
    current_rows.traject_id as trajectory_id,
    current_rows.startdatum as start_date,
    current_rows.einddatum as end_date,
    sector.code as sector,
    current_rows.file_name
from current_rows
{{ join_code('sector', 'sector', 'current_rows.sector') }}
