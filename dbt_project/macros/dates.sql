{#- Civil dates. Months are added by add_months (dispatched.sql), which clamps to the month's end. -#}
{% macro day_after(day) -%}
    cast({{ day }} + interval '1' day as date)
{%- endmacro %}

{% macro first_of_month(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{% macro year_of(day) -%}
    cast(extract(year from {{ day }}) as integer)
{%- endmacro %}

{#- Calendar months between the months of two dates, whatever the days. -#}
{% macro months_apart(first_day, second_day) -%}
    cast(
        (extract(year from {{ second_day }}) - extract(year from {{ first_day }})) * 12
        + extract(month from {{ second_day }}) - extract(month from {{ first_day }}) as integer
    )
{%- endmacro %}

{#-
    Completed months from first_day to last_day, last_day included: the greatest whole n with
    first_day + n months <= last_day + 1 day. first_day + n months lies in the n-th month after first_day's, so
    only the distance in calendar months or one less can be the answer.
-#}
{% macro completed_months(first_day, last_day) -%}
    {%- set day_after_last = day_after(last_day) -%}
    {%- set most = months_apart(first_day, day_after_last) -%}
    case
        when {{ add_months(first_day, most) }} <= {{ day_after_last }} then {{ most }}
        else {{ most }} - 1
    end
{%- endmacro %}

{#- The meetdatum: the day on which the outcome of an ended trajectory is measured. -#}
{% macro measuring_date(end_date) -%}
    {{ add_months(end_date, 12) }}
{%- endmacro %}

{#- Does the spell from..to (to empty = open) touch the window (after, until]? -#}
{% macro overlaps_window(spell, after, until) -%}
    {{ spell }}.start_date <= {{ until }} and ({{ spell }}.end_date is null or {{ spell }}.end_date > {{ after }})
{%- endmacro %}
