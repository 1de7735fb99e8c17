{#- What engines write differently: the only macros that know which one is running. -#}

{#- A date some months later, clamped to the month's end: 2020-02-29 + 12 months = 2021-02-28. -#}
{% macro add_months(day, months) -%}
    {{ adapter.dispatch('add_months', 'twe')(day, months) }}
{%- endmacro %}

{% macro default__add_months(day, months) -%}
    cast({{ day }} + {{ months }} * interval '1' month as date)
{%- endmacro %}

{% macro spark__add_months(day, months) -%}
    add_months({{ day }}, {{ months }})
{%- endmacro %}

{#- One row per element of an array of structs; read its fields as alias.item.field. -#}
{% macro join_elements(column, alias) -%}
    {{ adapter.dispatch('join_elements', 'twe')(column, alias) }}
{%- endmacro %}

{% macro default__join_elements(column, alias) -%}
    cross join unnest({{ column }}) as {{ alias }} (item)
{%- endmacro %}

{% macro spark__join_elements(column, alias) -%}
    lateral view explode({{ column }}) {{ alias }} as item
{%- endmacro %}
