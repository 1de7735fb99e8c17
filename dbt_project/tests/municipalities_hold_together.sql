{{ config(meta={"dagster": {"ref": {"name": "municipalities"}}}) }}
-- The municipalities, their dates and the list of mergers tell one story. A row is what does not fit.
with counts as (
    select
        points.on_date,
        points.expected,
        count(*) as found
    from (
        values
        (date '2017-01-01', 308), (date '2018-12-31', 308),
        (date '2019-01-01', 300), (date '2024-12-31', 300),
        (date '2025-01-01', 285)
    ) as points (on_date, expected)
    inner join {{ ref('municipalities') }} as municipalities
        on {{ is_valid_on('municipalities', 'points.on_date') }}
    group by points.on_date, points.expected
),

successions as (
    select
        nis_code as predecessor_nis_code,
        successor_nis_code,
        {{ day_after('valid_to') }} as merge_date
    from {{ ref('municipalities') }}
    where valid_to is not null
),

-- A municipality that absorbs others under its own code has no end date of its own.
listed_mergers as (
    select
        predecessor_nis_code,
        successor_nis_code,
        merge_date
    from {{ ref('municipality_merges') }}
    where predecessor_nis_code <> successor_nis_code
),

differing_merges as (
    select
        coalesce(successions.predecessor_nis_code, listed_mergers.predecessor_nis_code)
            as predecessor_nis_code,
        coalesce(successions.successor_nis_code, listed_mergers.successor_nis_code)
            as successor_nis_code
    from successions
    full join listed_mergers
        on
            listed_mergers.predecessor_nis_code = successions.predecessor_nis_code
            and listed_mergers.successor_nis_code = successions.successor_nis_code
            and listed_mergers.merge_date = successions.merge_date
    where successions.predecessor_nis_code is null or listed_mergers.predecessor_nis_code is null
),

late_successors as (
    select
        successions.predecessor_nis_code,
        successions.successor_nis_code
    from successions
    left join {{ ref('municipalities') }} as successors
        on
            successors.nis_code = successions.successor_nis_code
            and {{ is_valid_on('successors', 'successions.merge_date') }}
    where successors.nis_code is null
)

select
    'number of municipalities on ' || cast(on_date as string) as problem,
    cast(found as string) as detail
from counts
where found <> expected
union all
select
    'merger stands in one table only' as problem,
    predecessor_nis_code || ' -> ' || coalesce(successor_nis_code, '?') as detail
from differing_merges
union all
select
    'successor not valid on the day of the merger' as problem,
    predecessor_nis_code || ' -> ' || coalesce(successor_nis_code, '?') as detail
from late_successors
