{#-
    Two relations tell the same total in every group: `total` here and `other_total` in `other`, both expressions over
    the group. `by` holds the grouping columns of this relation, `other_by` those of the other (default: the same).
-#}
{% test same_total(model, total, other, other_total, by, other_by=none) %}
with here as (
    select {{ by | join(', ') }}, {{ total }} as total
    from {{ model }}
    group by {{ by | join(', ') }}
),
there as (
    select {% for column in other_by or by %}{{ column }} as {{ by[loop.index0] }}, {% endfor %}{{ other_total }} as total
    from {{ other }}
    group by {{ (other_by or by) | join(', ') }}
)
select {{ by | join(', ') }}, here.total as here_total, there.total as there_total
from here
full join there using ({{ by | join(', ') }})
where coalesce(here.total, 0) <> coalesce(there.total, 0)
{% endtest %}
