select
    deliveries.file_name,
    deliveries.source,
    reasons.item.rule,
    reasons.item.on_fail,
    reasons.item.rows
from {{ ref('stg_deliveries') }} as deliveries
{{ join_elements('deliveries.reasons', 'reasons') }}
where deliveries.is_listed
