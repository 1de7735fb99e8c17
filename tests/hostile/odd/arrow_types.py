"""Writes arrow_types.zip: small Parquet files with every type that Arrow writes, in columns of the transmissions.

Needs pyarrow, which the project does not: install it elsewhere, then `python tests/hostile/odd/arrow_types.py`.
"""

import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

INSZ = ("93051822361", "05030145657", "85210112333", "72450199823")
DAYS = [dt.date(2023, 1, day) for day in (1, 2, 15, 31)]
MOMENTS = [dt.datetime(2023, 1, 1), dt.datetime(2023, 1, 2), dt.datetime(2023, 1, 15, 12, 30), None]
HERE = Path(__file__).with_suffix(".zip")


def main() -> None:
    import pyarrow as pa  # ty: ignore[unresolved-import]
    import pyarrow.parquet as pq  # ty: ignore[unresolved-import]

    def as_type(values: list[Any], kind: Any) -> Any:
        return pa.array(values, kind) if not pa.types.is_dictionary(kind) else pa.array(values).dictionary_encode()

    ids, people = [f"X{n}" for n in range(4)], list(INSZ)
    keys: dict[str, Any] = {
        "string": as_type(ids, pa.string()),
        "large_string": as_type(ids, pa.large_string()),
        "string_view": as_type(ids, pa.string_view()),
        "dictionary": as_type(ids, pa.dictionary(pa.int32(), pa.string())),
        "binary": as_type([i.encode() for i in ids], pa.binary()),
        "large_binary": as_type([i.encode() for i in ids], pa.large_binary()),
        "fixed_binary": as_type([i.encode() for i in ids], pa.binary(2)),
        "no_text": as_type([b"\xff\xfe", b"\0", b"\x80", b"X"], pa.binary()),
        "bool": as_type([True, False, None, True], pa.bool_()),
        "null": as_type([None] * 4, pa.null()),
        "float16": as_type([1.0, 2.5, None, 3.0], pa.float16()),
        "time32": as_type([dt.time(1), dt.time(2), dt.time(3), None], pa.time32("s")),
        "time64": as_type([dt.time(1), dt.time(2), dt.time(3), None], pa.time64("us")),
        "duration": as_type([dt.timedelta(n) for n in range(4)], pa.duration("us")),
        "list": as_type([["X"], ["Y"], [], None], pa.list_(pa.string())),
        "struct": as_type([{"id": "X"}] * 4, pa.struct([("id", pa.string())])),
        "map": as_type([[("a", "b")]] * 4, pa.map_(pa.string(), pa.string())),
        **{str(kind): as_type(list(range(4)), kind) for kind in (pa.int8(), pa.int64(), pa.uint8(), pa.uint64())},
    }
    numbers = [int(number) for number in people]
    persons = {
        "string": as_type(people, pa.string()),
        **{str(kind): as_type(numbers, kind) for kind in (pa.int64(), pa.uint64())},
        "double": as_type(list(map(float, numbers)), pa.float64()),
        "float": as_type(list(map(float, numbers)), pa.float32()),
        "decimal128": as_type([Decimal(n) for n in numbers], pa.decimal128(11, 0)),
        "decimal128_2": as_type([Decimal(n) for n in numbers], pa.decimal128(20, 2)),
        "decimal256": as_type([Decimal(n) for n in numbers], pa.decimal256(50, 3)),
    }
    days: dict[str, Any] = {
        "string": as_type([str(day) for day in DAYS], pa.string()),
        "date32": as_type(DAYS, pa.date32()),
        "date64": as_type(DAYS, pa.date64()),
        "far": as_type([0, -(2**31), 2**31 - 1, 19_000], pa.int32()).cast(pa.date32()),
        **{f"timestamp_{unit}": as_type(MOMENTS, pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")},
        **{f"utc_{unit}": as_type(MOMENTS, pa.timestamp(unit, "UTC")) for unit in ("s", "ms", "us", "ns")},
        **{f"brussels_{unit}": as_type(MOMENTS, pa.timestamp(unit, "Europe/Brussels")) for unit in ("ms", "ns")},
    }
    files: dict[str, bytes] = {}

    def add(name: str, key: Any, person: Any, day: Any, **how: Any) -> None:
        table = pa.table({"transmissie_id": key, "klant_id": person, "transmissiedatum": day})
        made = io.BytesIO()
        pq.write_table(table, made, **how)
        files[name] = made.getvalue()

    for name, key in keys.items():
        add(f"key_{name}", key, persons["string"], days["string"])
    for name, person in persons.items():
        add(f"person_{name}", keys["string"], person, days["string"])
    for name, day in days.items():
        add(f"day_{name}", keys["string"], persons["string"], day)
    add("day_int96", keys["string"], persons["string"], days["timestamp_ns"], use_deprecated_int96_timestamps=True)
    plain = (keys["string"], persons["string"], days["date32"])
    for codec in ("none", "snappy", "gzip", "brotli", "zstd", "lz4"):
        add(f"codec_{codec}", *plain, compression=codec)
    for version in ("1.0", "2.4", "2.6"):
        add(f"version_{version}", *plain, version=version, data_page_version="2.0")
    for coding in ("PLAIN", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"):
        codes = {"transmissie_id": coding, "klant_id": coding}
        add(f"coding_{coding}", *plain, use_dictionary=False, column_encoding=codes)
    add("row_groups", *plain, row_group_size=1, write_page_checksum=True, store_schema=False)
    with zipfile.ZipFile(HERE, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in sorted(files.items()):
            made.writestr(zipfile.ZipInfo(f"{name}.parquet", (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    main()
