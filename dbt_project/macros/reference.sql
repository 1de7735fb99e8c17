{#- Joins to the reference tables: a code or class is looked up, never written as bounds in a model. -#}

{#- The row of a code list for a source code; a missing source code finds the list's `unknown`, if it has one. -#}
{% macro join_code(alias, code_list, source_code) -%}
    left join {{ ref('code_lists') }} as {{ alias }}
        on
            {{ alias }}.code_list = '{{ code_list }}'
            and coalesce({{ alias }}.source_code, '') = coalesce({{ source_code }}, '')
{%- endmacro %}

{#- A yes/no as the source code that the code lists know. -#}
{% macro yes_no(column) -%}
    case when {{ column }} then 'J' when not {{ column }} then 'N' end
{%- endmacro %}

{#- The class of a whole number; read its code with class_code, which turns no class into `unknown`. -#}
{% macro join_class(alias, class_set, value) -%}
    left join {{ ref('class_sets') }} as {{ alias }}
        on
            {{ alias }}.class_set = '{{ class_set }}'
            and {{ value }} >= {{ alias }}.lower_bound
            and ({{ alias }}.upper_bound is null or {{ value }} <= {{ alias }}.upper_bound)
{%- endmacro %}

{% macro class_code(alias) -%}
    coalesce({{ alias }}.code, 'unknown')
{%- endmacro %}
