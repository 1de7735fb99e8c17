{#-
    One person, one client: the only place where a delivered client key becomes that of the person. Join first, then read
    person_key. Staging does so for every source with clients, so what rests on staging cannot forget it.
-#}
{% macro join_identity(client_key) -%}
    left join {{ ref('int_client_identity') }} as identities
        on identities.client_key = {{ client_key }}
{%- endmacro %}

{% macro person_key(client_key) -%}
    coalesce(identities.person_key, {{ client_key }})
{%- endmacro %}
