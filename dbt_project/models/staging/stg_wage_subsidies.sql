with current_rows as (
    {{ current_rows('loontoelagen', ['betaling_id']) }}
)

select
    current_rows.betaling_id as payment_id,
    current_rows.traject_id as trajectory_id,
    current_rows.ocmw_nis as source_nis_code,
    current_rows.prestatiemaand as performance_month,
    current_rows.betaaldatum as payment_date,
    payment_kind.code as payment_kind,
    current_rows.bedrag as amount_eur,
    current_rows.file_name
from current_rows
{{ join_code('payment_kind', 'payment_kind', 'current_rows.soort') }}
