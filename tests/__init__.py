"""Tests in the folders of what they test; `support/`, `checklist/`, `oracle/`, `hostile/` and others serve them."""
