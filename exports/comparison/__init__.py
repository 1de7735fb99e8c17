"""What changed in the figures between two as-of dates, as data, as a workbook and as text."""
