"""A check of files without any form says that nothing was checked; it never calls them free of faults."""

from __future__ import annotations

import pytest

from support.command import selfeval

PICTURE, SCAN = b"\xff\xd8\xff\xe0....JFIF", b"%PDF-1.4 x"


@pytest.mark.parametrize("contents, name", [(PICTURE, "照片.jpg"), (SCAN, "盖章件.pdf")])
def test_an_attachment_alone_is_no_good_form(tmp_path, contents, name):
    (tmp_path / name).write_bytes(contents)
    run = selfeval("check", tmp_path / name)
    assert f"{name}：附件或扫描件，没有可以校验的表。" in run.stdout
    assert "没有可以校验的自评表。" in run.stdout and "未发现" not in run.stdout
