"""The models on Spark give what they give on DuckDB; see docs/spark.md."""
