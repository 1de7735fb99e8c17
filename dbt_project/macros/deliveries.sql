{#-
    The current rows of a source: for each key the version of the newest delivery that exists at as_of (delivered_on,
    then file name). A key whose newest version withdraws it is gone; a later delivery can bring it back.
-#}
{% macro current_rows(source_name, key) -%}
    select *
    from (
        select
            delivered.*,
            deliveries.file_name,
            row_number() over (
                partition by {% for column in key %}delivered.{{ column }}{{ ", " if not loop.last }}{% endfor %}
                order by deliveries.delivered_on desc, deliveries.file_name desc
            ) as version_rank
        from {{ source('lake', source_name) }} as delivered
        inner join {{ ref('stg_deliveries') }} as deliveries
            on deliveries.delivery_id = delivered._delivery_id
        where deliveries.is_loaded
    ) as versions
    where version_rank = 1 and not verwijderd
{%- endmacro %}
