"""A VBA project as [MS-OVBA] asks of a writer: sources only, no caches of a particular version of Office.

pyOpenVBA keeps the version and the compiled caches of the project it starts from. An Office of that very
version would use them instead of the sources (1.6), so 2.3.4.1 forbids them: the stream _VBA_PROJECT is seven
bytes with the version FFFF, and each module's source begins at the beginning of its stream.
"""

from __future__ import annotations

from pyopenvba.cfb import CFB
from pyopenvba.vba import compress, decompress, parse_vba_project

NO_CACHE = bytes.fromhex("CC61FFFF000000")
_OFFSET = b"\x31\x00\x04\x00\x00\x00"  # MODULEOFFSET and its length, in the stream dir


def without(data: bytes) -> bytes:
    """The file vbaProject.bin without caches."""
    cfb = CFB.from_bytes(data)
    directory = decompress(cfb.get_stream_in_storage("VBA", "dir"))
    for module in parse_vba_project(cfb).modules:
        stream = cfb.get_stream_in_storage("VBA", module.stream_name)
        cfb.write_stream_in_storage("VBA", module.stream_name, stream[module.text_offset :])
        offset = _OFFSET + module.text_offset.to_bytes(4, "little")
        assert offset in directory, module.stream_name
        directory = directory.replace(offset, _OFFSET + bytes(4), 1)
    cfb.write_stream_in_storage("VBA", "dir", compress(directory))
    cfb.write_stream_in_storage("VBA", "_VBA_PROJECT", NO_CACHE)
    return cfb.to_bytes()
