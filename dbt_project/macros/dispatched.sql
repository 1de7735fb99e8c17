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

{#- An array of structs with these fields, for unit tests; a value is a text or a whole number. -#}
{% macro array_of(structs) -%}
    {{ adapter.dispatch('array_of', 'twe')(structs) }}
{%- endmacro %}

{% macro default__array_of(structs) -%}
    [
    {%- for fields in structs -%}
        {
        {%- for name, value in fields.items() -%}
            '{{ name }}': {{ "'" ~ value ~ "'" if value is string else value }}{{ ", " if not loop.last }}
        {%- endfor -%}
        }{{ ", " if not loop.last }}
    {%- endfor -%}
    ]
{%- endmacro %}

{% macro spark__array_of(structs) -%}
    array(
    {%- for fields in structs -%}
        named_struct(
        {%- for name, value in fields.items() -%}
            '{{ name }}', {{ "'" ~ value ~ "'" if value is string else value }}{{ ", " if not loop.last }}
        {%- endfor -%}
        ){{ ", " if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}

{#- The rest is what dbt itself asks of an engine, for Spark. -#}

{#- The empty select with which dbt looks at the types of a contract: Spark has no varchar without a length. -#}
{% macro spark__get_empty_schema_sql(columns) -%}
    select
    {% for column in columns.values() -%}
        cast(null as {{ 'string' if column.data_type == 'varchar' else column.data_type }}) as {{ column.name }}
        {{- ", " if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- The rows of a seed. dbt-spark would write a missing value as the word None, and end a text at its first quote. -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.column_types -%}
    {%- set rows -%}
        {% for row in agate_table.rows -%}
            (
            {%- for name in agate_table.column_names -%}
                {%- set value = row[name] -%}
                {%- set text = value | string | replace("\\", "\\\\") | replace("'", "\\'") -%}
                cast({{ "null" if value is none else "'" ~ text ~ "'" }} as {{ types[name] }}){{ ", " if not loop.last }}
            {%- endfor -%}
            ){{ ", " if not loop.last }}
        {% endfor %}
    {%- endset -%}
    {%- set sql = "insert into " ~ this.render() ~ " values " ~ rows -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}
