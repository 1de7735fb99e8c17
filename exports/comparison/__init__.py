"""What changed in the figures between two stands, as data, as a workbook and as text."""
