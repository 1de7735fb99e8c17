select
    source,
    nis_code,
    ocmw_name,
    delivered_on,
    cast(rows_read as integer) as rows_read,
    cast(rows_quarantined as integer) as rows_quarantined,
    cast(rows_warned as integer) as rows_warned,
    cast(rows_resolved as integer) as rows_resolved,
    cast(resolved_after_days as bigint) as resolved_after_days
from {{ source('work', 'rows_by_ocmw') }}
