with current_rows as (
    {{ current_rows('arbeidsmarktposities', ['positie_id']) }}
)

select
    current_rows.positie_id as position_id,
    {{ person_key('current_rows.client_key') }} as client_key,
    current_rows.client_key as delivered_client_key,
    positions.code as position,
    positions.sort_order as priority,
    current_rows.startdatum as start_date,
    current_rows.einddatum as end_date
from current_rows
{{ join_identity('current_rows.client_key') }}
{{ join_code('positions', 'position', 'current_rows.positie') }}
