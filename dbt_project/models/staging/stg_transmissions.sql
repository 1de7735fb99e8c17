with current_rows as (
    {{ current_rows('transmissies', ['transmissie_id']) }}
)

select
    transmissie_id as transmission_id,
    client_key,
    transmissiedatum as transmission_date
from current_rows
