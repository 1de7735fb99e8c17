{#- Where a code goes that the reporting geography cannot hold (it is newer, or unknown). -#}
{% macro unallocated_nis() -%} '99999' {%- endmacro %}

{#- Was the municipality code valid on a day? Bounds are inclusive, empty = open. -#}
{% macro is_valid_on(municipality, day) -%}
    ({{ municipality }}.valid_from is null or {{ municipality }}.valid_from <= {{ day }})
    and ({{ municipality }}.valid_to is null or {{ municipality }}.valid_to >= {{ day }})
{%- endmacro %}

{#- A delivered code at the reporting geography: join first, then read reporting_nis. -#}
{% macro join_geography(source_nis_code) -%}
    left join {{ ref('dim_geography') }} as geography
        on geography.source_nis_code = {{ source_nis_code }}
{%- endmacro %}

{% macro reporting_nis() -%}
    coalesce(geography.nis_code, {{ unallocated_nis() | trim }})
{%- endmacro %}

{#- Every mart: the columns that say where, joined on the code that the counts already carry. -#}
{% macro municipality_columns() -%}
    geography.municipality,
    geography.province,
    geography.is_centre_city
{%- endmacro %}
