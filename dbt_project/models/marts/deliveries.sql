select
    file_name,
    source,
    delivered_on,
    status,
    message,
    sha256,
    rows_read,
    rows_accepted,
    rows_quarantined,
    rows_warned
from {{ ref('stg_deliveries') }}
where is_listed
