"""The two .cmd files and the guide of the bundle, as texts.

The .cmd files are in GBK and begin with `chcp 936`: cmd reads its lines in the code page of the console.
Under 65001, which Python's output needs, they have only lines of ASCII.

Names of dropped files never stand on a line that cmd reads: `%*` would run what follows an & in one, and
so would cmd itself after the last line of the file, which is why it ends with a hard `exit`.
NoDefaultCurrentDirectoryInExePath keeps cmd from running a py.exe that lies beside the received files.
"""

from __future__ import annotations

_FIND = """@echo off
chcp 936 >nul
setlocal DisableDelayedExpansion
set "NoDefaultCurrentDirectoryInExePath=1"
set "SELFEVAL_STARTER=%~f0"
set "PY=%~dp0python\\python.exe"
setlocal EnableDelayedExpansion
set "SELFEVAL_LINE=!cmdcmdline!"
set "STATUS=2"
if exist "!PY!" goto found
set "PY=py"
py -c "" >nul 2>nul
if not errorlevel 1 goto found
set "PY=python"
python -c "" >nul 2>nul
if not errorlevel 1 goto found
echo 找不到能用的Python。请把本文件放回离线包的文件夹里再用，或请管理员安装。
goto end
:found
"""
_END = """:end
echo.
echo 按任意键关闭这个窗口。
pause >nul
exit !STATUS!
"""
CHECK = (
    _FIND
    + """echo 正在校验，请稍等……
chcp 65001 >nul
"!PY!" -P -B -X utf8 -m selfeval_xl.cli.dropped
set "STATUS=!errorlevel!"
chcp 936 >nul
if "!STATUS!"=="3" goto typed
if "!STATUS!"=="0" echo 结果写在原文件旁边，名字后面加了“标注”。原文件没有改动。
if not "!STATUS!"=="0" echo 没有全部校验成，原因见上面。原文件没有改动。
"""
    + _END
    + """:typed
set "SELFEVAL_LINE="
setlocal DisableDelayedExpansion
chcp 65001 >nul
"%PY%" -P -B -X utf8 -m selfeval_xl.cli.dropped %*
set "STATUS=%errorlevel%"
chcp 936 >nul
exit /b %STATUS%
"""
)
INSTALL = (
    _FIND
    + """echo 正在安装Excel插件，请先关闭Excel……
chcp 65001 >nul
"!PY!" -P -B -X utf8 -m selfeval_xl addin install
set "STATUS=!errorlevel!"
"!PY!" -P -B -X utf8 -m selfeval_xl addin status
chcp 936 >nul
if not "!STATUS!"=="0" echo 没有装成，原因见上面。
"""
    + _END
)
GUIDE = """绩效自评工具　离线包使用说明

这个文件夹可以放在任何位置（U盘、D盘都行），不用联网，不用管理员，不用另装Python。放好以后不要再移动；移动了就重新运行一次“安装.cmd”。

一、用Excel的：关闭Excel，双击“安装.cmd”，再打开Excel，上面会多出“绩效自评”选项卡。
二、用WPS的，或者Excel不让用宏的：把自评表拖到“selfeval-check.cmd”上，结果是旁边的“…_标注.xlsx”，原文件不动。
三、没有出现选项卡：请看安装手册“选项卡没有出来”。本县有参数表、名册的，在本文件夹的地址栏输入cmd回车，运行 \
python\\python.exe -m selfeval_xl settings --policy 参数表.xlsx --roster 名册.xlsx，以后校验都用它们。
四、不用了：关闭Excel，在本文件夹的地址栏输入cmd回车，\
运行 python\\python.exe -m selfeval_xl addin uninstall，再删掉这个文件夹。

程序只查表面逻辑，不代替财政审核。
"""


def batch(text: str) -> bytes:
    """The text as cmd reads it: GBK, lines ended by CR LF."""
    return text.replace("\n", "\r\n").encode("gbk")
