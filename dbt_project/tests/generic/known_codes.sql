{#- Every code has a label: (label_set, code) of each row stands in `labels`. label_set is an expression. -#}
{% test known_codes(model, label_set, column) %}
select distinct {{ label_set }} as label_set, rows_.{{ column }} as code
from {{ model }} as rows_
left join {{ ref('labels') }} as labels
    on labels.label_set = {{ label_set }} and labels.code = rows_.{{ column }}
where labels.code is null
{% endtest %}
