select
    payments.payment_id,
    payments.trajectory_id,
    {{ reporting_nis() }} as nis_code,
    payments.performance_month,
    payments.payment_date,
    payments.payment_kind,
    payments.amount_eur,
    payments.file_name
from {{ ref('stg_wage_subsidies') }} as payments
{{ join_geography('payments.source_nis_code') }}
