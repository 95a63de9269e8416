"""Names, folders and fingerprints of files, and the one way to write a file that a person asked for."""

from selfeval_xl.files.names import (
    FORBIDDEN,
    INVISIBLE,
    PACKAGE,
    SIGNS,
    distinct_names,
    fingerprint,
    free_name,
    make_folder,
    safe_name,
    scratch,
    unique,
)
from selfeval_xl.files.record import record, state_folder
from selfeval_xl.files.writing import (
    check_replaceable,
    check_writable,
    is_replacing,
    leaving,
    put,
    refuse,
    replacing,
    take_over_origin,
    write_out,
)

__all__ = [
    "FORBIDDEN",
    "INVISIBLE",
    "PACKAGE",
    "SIGNS",
    "check_replaceable",
    "check_writable",
    "distinct_names",
    "fingerprint",
    "free_name",
    "is_replacing",
    "leaving",
    "make_folder",
    "put",
    "record",
    "refuse",
    "replacing",
    "safe_name",
    "scratch",
    "state_folder",
    "take_over_origin",
    "unique",
    "write_out",
]
