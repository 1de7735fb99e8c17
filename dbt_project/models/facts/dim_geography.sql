-- The mergers say the same from the other side; a test holds both together before anything rests on this.
-- depends_on: {{ ref('municipality_merges') }}
with recursive steps as (
    select
        municipalities.nis_code as source_nis_code,
        municipalities.nis_code
    from {{ ref('municipalities') }} as municipalities

    union all

    select
        steps.source_nis_code,
        municipalities.successor_nis_code as nis_code
    from steps
    inner join {{ ref('municipalities') }} as municipalities
        on municipalities.nis_code = steps.nis_code
    cross join {{ ref('stg_run_settings') }} as settings
    where
        municipalities.valid_to < settings.geography_date
        and municipalities.successor_nis_code is not null
),

resolved as (
    select
        steps.source_nis_code,
        municipalities.*
    from steps
    inner join {{ ref('municipalities') }} as municipalities
        on municipalities.nis_code = steps.nis_code
    cross join {{ ref('stg_run_settings') }} as settings
    where {{ is_valid_on('municipalities', 'settings.geography_date') }}
),

codes as (
    select nis_code as source_nis_code
    from {{ ref('municipalities') }}
    union all
    select {{ unallocated_nis() }} as source_nis_code
)

select
    codes.source_nis_code,
    coalesce(resolved.nis_code, {{ unallocated_nis() }}) as nis_code,
    coalesce(resolved.municipality, 'Niet toewijsbaar') as municipality,
    coalesce(resolved.province, 'Niet toewijsbaar') as province,
    coalesce(resolved.arrondissement, 'Niet toewijsbaar') as arrondissement,
    coalesce(resolved.is_centre_city, false) as is_centre_city,
    resolved.longitude,
    resolved.latitude
from codes
left join resolved
    on resolved.source_nis_code = codes.source_nis_code
