select distinct
    code_list as label_set,
    code,
    label_nl,
    sort_order
from {{ ref('code_lists') }}

union all

select
    class_set as label_set,
    code,
    label_nl,
    sort_order
from {{ ref('class_sets') }}
