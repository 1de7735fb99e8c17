with by_month as (
    select
        source,
        nis_code,
        ocmw_name,
        {{ first_of_month('delivered_on') }} as delivered_month,
        cast(sum(rows_read) as integer) as rows_read,
        cast(sum(rows_quarantined) as integer) as rows_quarantined,
        cast(sum(rows_warned) as integer) as rows_warned,
        cast(sum(rows_resolved) as integer) as rows_resolved,
        sum(resolved_after_days) as resolved_after_days
    from {{ ref('stg_rows_by_ocmw') }}
    group by source, nis_code, ocmw_name, {{ first_of_month('delivered_on') }}
)

select
    source,
    nis_code,
    ocmw_name,
    delivered_month,
    rows_read,
    rows_quarantined,
    rows_warned,
    rows_resolved,
    case
        when rows_resolved > 0 then cast(resolved_after_days as double) / rows_resolved
    end as days_to_resolve
from by_month
