-- Chains are followed from their last number back to the first. Each number has one next number at most, so
-- each is reached once, and the statement ends whatever was delivered: nothing leads into a circle from its
-- end. What is not reached runs into a circle. Spark stops with an error at a chain of over 100 numbers; the
-- test at_most_100_numbers warns of one on any engine.
with recursive changes as (
    select
        old_client_key,
        new_client_key,
        file_name
    from {{ ref('stg_number_changes') }}
),

chains as (
    select
        changes.old_client_key as client_key,
        changes.new_client_key as person_key
    from changes
    left join changes as next_changes
        on next_changes.old_client_key = changes.new_client_key
    where next_changes.old_client_key is null

    union all

    select
        changes.old_client_key as client_key,
        chains.person_key
    from chains
    inner join changes
        on changes.new_client_key = chains.client_key
)

select
    changes.old_client_key as client_key,
    coalesce(chains.person_key, changes.old_client_key) as person_key,
    chains.person_key is null as is_in_circle,
    changes.file_name
from changes
left join chains
    on chains.client_key = changes.old_client_key
