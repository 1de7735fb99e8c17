with current_rows as (
    {{ current_rows('insz_wijzigingen', ['oude_insz_key']) }}
)

select
    oude_insz_key as old_client_key,
    nieuwe_insz_key as new_client_key,
    ingangsdatum as change_date,
    file_name
from current_rows
