with current_rows as (
    {{ current_rows('begeleidingsacties', ['actie_id']) }}
)

select
    current_rows.actie_id as action_id,
    {{ person_key('current_rows.client_key') }} as client_key,
    action_type.code as action_type,
    action_group.code as action_group,
    current_rows.startdatum as start_date,
    current_rows.einddatum as end_date
from current_rows
{{ join_identity('current_rows.client_key') }}
{{ join_code('action_type', 'action_type', 'current_rows.type') }}
{{ join_code('action_group', 'action_group', 'current_rows.type') }}
