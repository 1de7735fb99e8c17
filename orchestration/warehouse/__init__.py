"""From the lake to a publication: dbt, the dates of a run, the version of the code, the data dictionary."""
