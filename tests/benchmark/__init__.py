"""What the pipeline costs, held against one hand-written script that gives the same marts and workbooks.

`python -m tests.benchmark` (or `make benchmark`) writes the demo deliveries at national size, runs the script
(`floor`), the pipeline, and the pipeline again with nothing new, and shows CPU seconds, peak memory and limits.
Different figures are an error; a missed limit is shown together with a profile.
"""
