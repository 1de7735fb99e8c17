"""`twe precheck`: what the door would say of files, without a data folder, a key or a trace. For OCMWs, in Dutch.

`verdict` takes files through the code of ingest and keeps nothing; `text` and `workbook` say what came of it.
"""
