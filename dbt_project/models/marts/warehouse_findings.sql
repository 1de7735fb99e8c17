select
    source,
    rule,
    file_name,
    count(*) as rows
from {{ ref('fct_warehouse_finding') }}
group by source, rule, file_name
