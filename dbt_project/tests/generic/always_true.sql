{#- A condition that holds on every row; a row for which it is false or unknown fails. -#}
{% test always_true(model, condition) %}
select *
from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}
