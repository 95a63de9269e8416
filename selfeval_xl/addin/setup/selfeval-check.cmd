@echo off
chcp 936 >nul
setlocal DisableDelayedExpansion
set "NoDefaultCurrentDirectoryInExePath=1"
set "SELFEVAL_STARTER=%~f0"
set "PY=%~dp0python\python.exe"
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
echo 正在校验，请稍等……
chcp 65001 >nul
"!PY!" -P -B -X utf8 -m selfeval_xl.cli.dropped
set "STATUS=!errorlevel!"
chcp 936 >nul
if "!STATUS!"=="3" goto typed
if "!STATUS!"=="0" echo 结果写在原文件旁边，名字后面加了“标注”。原文件没有改动。
if not "!STATUS!"=="0" echo 没有全部校验成，原因见上面。原文件没有改动。
:end
echo.
echo 按任意键关闭这个窗口。
pause >nul
exit !STATUS!
:typed
set "SELFEVAL_LINE="
setlocal DisableDelayedExpansion
chcp 65001 >nul
"%PY%" -P -B -X utf8 -m selfeval_xl.cli.dropped %*
set "STATUS=%errorlevel%"
chcp 936 >nul
exit /b %STATUS%
