with current_rows as (
    {{ current_rows('klantprofielen', ['traject_id']) }}
)

select
    current_rows.traject_id as trajectory_id,
    gender.code as gender,
    current_rows.leeftijd as age,
    current_rows.werkloosheidsduur_maanden as unemployment_months,
    schooling.code as schooling,
    migration_background.code as migration_background,
    current_rows.file_name
from current_rows
{{ join_code('gender', 'gender', 'current_rows.geslacht') }}
{{ join_code('schooling', 'schooling', yes_no('current_rows.kortgeschoold')) }}
{{ join_code('migration_background', 'migration_background', yes_no('current_rows.migratieachtergrond')) }}
