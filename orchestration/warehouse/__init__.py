"""From the lake to a publication: dbt, the dates of a run, versions of the code, documentation of the tables."""
