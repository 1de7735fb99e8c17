with current_rows as (
    {{ current_rows('transmissies', ['transmissie_id']) }}
)

select
    current_rows.transmissie_id as transmission_id,
    {{ person_key('current_rows.client_key') }} as client_key,
    current_rows.transmissiedatum as transmission_date
from current_rows
{{ join_identity('current_rows.client_key') }}
