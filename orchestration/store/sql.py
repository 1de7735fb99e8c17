"""Names and values in SQL: the one place where they are quoted."""

import datetime as dt


def quote(name: str) -> str:
    """A SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A SQL literal for a text, number, date or truth value; a path becomes a text."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dt.date):
        return f"date '{value.isoformat()[:10]}'"
    return "'" + str(value).replace("'", "''") + "'"
