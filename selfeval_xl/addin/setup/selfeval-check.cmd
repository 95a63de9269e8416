@echo off
chcp 936 >nul
setlocal
set "PY=%~dp0python\python.exe"
if exist "%PY%" goto found
set "PY=py"
where py >nul 2>nul
if not errorlevel 1 goto found
set "PY=python"
where python >nul 2>nul
if not errorlevel 1 goto found
echo 找不到Python。请把本文件放回离线包的文件夹里再用，或请管理员安装。
goto end
:found
echo 正在校验，请稍等……
chcp 65001 >nul
"%PY%" -P -B -X utf8 -m selfeval_xl.cli.dropped %*
chcp 936 >nul
echo 结果写在原文件旁边，名字后面加了“标注”。原文件没有改动。
:end
echo.
echo 按任意键关闭这个窗口。
pause >nul
