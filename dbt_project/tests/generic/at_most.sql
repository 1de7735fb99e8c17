{#- No more than so many rows have the same values of the columns `by`. -#}
{% test at_most(model, rows, by) %}
select
    {{ by | join(', ') }},
    count(*) as found
from {{ model }}
group by {{ by | join(', ') }}
having count(*) > {{ rows }}
{% endtest %}
