"""A workbook as plain data, and the writer that makes an .xlsx file of it."""
