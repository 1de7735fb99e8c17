select
    deliveries.delivery_id,
    deliveries.file_name,
    deliveries.source,
    deliveries.delivered_on,
    deliveries.status,
    deliveries.message,
    deliveries.sha256,
    deliveries.rows_read,
    deliveries.rows_accepted,
    deliveries.rows_quarantined,
    deliveries.rows_warned,
    deliveries.reasons,
    deliveries.checks,
    deliveries.suite_version,
    deliveries.status = 'accepted' and deliveries.delivered_on <= settings.as_of as is_loaded,
    deliveries.delivered_on <= settings.as_of
    or (deliveries.status = 'rejected' and settings.as_of_is_default) as is_listed
from {{ source('ledger', 'deliveries') }} as deliveries
cross join {{ ref('stg_run_settings') }} as settings
