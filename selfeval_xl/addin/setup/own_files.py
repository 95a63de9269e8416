"""This program's own files, as a bundle gets them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from selfeval_xl.addin.setup.install import version
from selfeval_xl.files import PACKAGE


def own_files() -> Iterator[tuple[PurePosixPath, bytes]]:
    """The program's files with their places in a folder of packages, and the metadata with its version."""
    for folder, below, names in os.walk(PACKAGE):
        below[:] = sorted(name for name in below if name != "__pycache__")
        for name in sorted(names):
            file = Path(folder) / name
            yield PurePosixPath(PACKAGE.name, *file.relative_to(PACKAGE).parts), file.read_bytes()
    text = f"Metadata-Version: 2.1\nName: selfeval-xl\nVersion: {version() or '0'}\n"
    yield PurePosixPath(f"selfeval_xl-{version() or '0'}.dist-info", "METADATA"), text.encode()


def copy_package(folder: Path) -> None:
    """Writes the program's files below the folder."""
    for place, data in own_files():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
