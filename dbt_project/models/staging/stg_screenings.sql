with current_rows as (
    {{ current_rows('screenings', ['screening_id']) }}
)

select
    current_rows.screening_id,
    {{ person_key('current_rows.client_key') }} as client_key,
    current_rows.ocmw_nis as source_nis_code,
    current_rows.screeningsdatum as screening_date,
    decision.code as decision,
    current_rows.werkervaring_nodig as needs_work_experience,
    current_rows.generieke_competenties_te_ontwikkelen as needs_generic_competences,
    current_rows.nec_haalbaar_binnen_2_jaar as is_nec_feasible_within_2_years,
    current_rows.minstens_halftijds_inzetbaar as is_available_half_time
from current_rows
{{ join_identity('current_rows.client_key') }}
{{ join_code('decision', 'screening_decision', 'current_rows.besluit') }}
