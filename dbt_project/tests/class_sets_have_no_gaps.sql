-- The classes of a set follow each other without gap or overlap, from 0 to open.
with classes as (
    select
        class_set,
        code,
        lower_bound,
        upper_bound,
        coalesce(lag(upper_bound) over (partition by class_set order by lower_bound), -1)
            as upper_bound_before,
        lead(lower_bound) over (partition by class_set order by lower_bound) as lower_bound_after
    from {{ ref('class_sets') }}
    where lower_bound is not null
)

select *
from classes
where
    lower_bound <> upper_bound_before + 1
    or (upper_bound is null) <> (lower_bound_after is null)
    or upper_bound < lower_bound
