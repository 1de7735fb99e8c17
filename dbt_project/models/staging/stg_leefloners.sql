with current_rows as (
    {{ current_rows('leefloners', ['nis_code', 'maand']) }}
)

select
    nis_code as source_nis_code,
    maand as calendar_month,
    leefloners,
    equivalent_leefloners
from current_rows
