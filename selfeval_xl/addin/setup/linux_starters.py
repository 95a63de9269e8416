"""The scripts and the guide of the bundle for Linux, as texts.

They are for any POSIX sh. What a desk needs beside it: tar, gzip and the usual commands of coreutils. No path
stands in them: each finds itself, and what it is given stays one word whatever its signs.
"""

from __future__ import annotations

MARK = "selfeval_xl.txt"  # lies in the folder of the program; a folder without it is not ours
RECORD = "installed.txt"  # what was written outside it, a path a line
ARCHIVE = "selfeval_xl-linux.tar.gz"

_HERE = """    here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
"""
# Runs the bundle's Python with nothing of another Python, for the program's own children too.
RUN = """#!/bin/sh
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P) || exit 1
unset PYTHONHOME PYTHONPATH PYTHONSTARTUP PYTHONUSERBASE PYTHONPLATLIBDIR LD_LIBRARY_PATH
PYTHONNOUSERSITE=1 PYTHONSAFEPATH=1 PYTHONUTF8=1
export PYTHONNOUSERSITE PYTHONSAFEPATH PYTHONUTF8
exec "$here/python/bin/python@VERSION@" "$@"
"""
COMMAND = """#!/bin/sh
exec /bin/sh "$(dirname -- "$0")/run.sh" -m selfeval_xl "$@"
"""
# What is dropped on the icon. A desktop has no window for words, so they are kept in a file, which is opened
# where something could not be checked.
CHECK = """#!/bin/sh
here=$(dirname -- "$0")
state=${XDG_CONFIG_HOME:-$HOME/.config}/selfeval_xl
mkdir -p -- "$state"
told=$state/上次校验.txt
/bin/sh "$here/run.sh" -m selfeval_xl.cli.dropped "$@" >"$told" 2>&1
status=$?
if [ -t 1 ]; then
    cat -- "$told"
elif [ "$status" != 0 ] && command -v xdg-open >/dev/null; then
    xdg-open "$told" >/dev/null 2>&1
fi
exit "$status"
"""
WATCH = """#!/bin/sh
exec /bin/sh "$(dirname -- "$0")/run.sh" -m selfeval_xl watch --no-open --settings -- "$1" >/dev/null 2>&1
"""
_STOP = """
# Ends what runs from the folder: a watch of this or of an earlier version.
stop() {
    for exe in /proc/[0-9]*/exe; do
        case $(readlink -- "$exe" 2>/dev/null) in
            "$1"/python/*) exe=${exe#/proc/}; kill "${exe%/exe}" 2>/dev/null ;;
        esac
    done
}
"""
# A program that deletes itself is read to its end before it begins.
UNINSTALL = (
    """#!/bin/sh
# 卸载：停止监看，删掉图标、程序、设置和记录。表格和标注副本不动。
"""
    + _STOP
    + """
remove() {
"""
    + _HERE
    + """    if [ ! -f "$here/"""
    + MARK
    + """" ]; then
        echo "“$here”不是绩效自评程序的文件夹，没有动它。"
        exit 1
    fi
    stop "$here"
    data=${XDG_DATA_HOME:-$HOME/.local/share}
    config=${XDG_CONFIG_HOME:-$HOME/.config}
    if [ -f "$here/"""
    + RECORD
    + """" ]; then
        while IFS= read -r path; do
            if [ -f "$path" ] && grep -q '^X-Selfeval=' "$path"; then
                rm -f -- "$path"
            elif [ -d "$path" ]; then
                rmdir -- "$path" 2>/dev/null || echo "“$path”里还有文件，留着没有删。"
            fi
        done <"$here/"""
    + RECORD
    + """"
    fi
    rm -rf -- "$config/selfeval_xl"
    cd /
    rm -rf -- "$here"
    for folder in "$data/applications" "$data" "$HOME/.local" "$config/autostart" "$config"; do
        rmdir -- "$folder" 2>/dev/null
    done
    echo "绩效自评程序已卸载。"
    exit 0
}
remove
"""
)
INSTALL = (
    """#!/bin/sh
# 给当前用户安装绩效自评程序：不要管理员权限，不联网。可以写明装到哪个文件夹：sh 安装.sh 文件夹
"""
    + _STOP
    + """
fail() {
    [ -n "$new" ] && rm -rf -- "$new"
    [ -n "$target" ] && rmdir -- "$target" 2>/dev/null
    echo "$1"
    exit 1
}

install() {
"""
    + _HERE
    + """    new=
    target=${1:-${XDG_DATA_HOME:-$HOME/.local/share}/selfeval_xl}
    [ "$(uname -m)" = "@MACHINE@" ] || fail "这个离线包是给@MACHINE@的，这台电脑是$(uname -m)，没有安装。"
    [ -f "$here/@ARCHIVE@" ] || fail "找不到“@ARCHIVE@”。请把离线包整个文件夹拷过来，再运行一次。"
    mkdir -p -- "$target" || fail "建不了文件夹“$target”，没有安装。"
    target=$(CDPATH= cd -- "$target" && pwd -P) || exit 1
    if [ ! -f "$target/@MARK@" ] && [ -n "$(ls -A -- "$target")" ]; then
        fail "“$target”里有别的文件，没有安装。请换一个空的文件夹。"
    fi
    new=$target.new$$
    mkdir -- "$new" || { new=; fail "建不了文件夹“$target.new$$”，没有安装。"; }
    echo "正在安装，请稍等……"
    tar -xzf "$here/@ARCHIVE@" -C "$new" --no-same-owner ||
        fail "展不开“@ARCHIVE@”：磁盘满了，或文件不完整。没有安装。"
    /bin/sh "$new/run.sh" -c "import lxml.etree, selfeval_xl" ||
        fail "程序起不来，没有安装。系统要glibc 2.28或更新；麒麟、统信的安全中心如果拦截了它，请管理员放行。"
    stop "$target"
    old=$target.old$$
    mv -- "$target" "$old" || fail "写不了“$target”，没有安装。"
    mv -- "$new" "$target" || { mv -- "$old" "$target"; fail "写不了“$target”，没有安装。"; }
    new=
    rm -rf -- "$old"
    /bin/sh "$target/run.sh" -m selfeval_xl.cli.linux_desk ||
        fail "图标没有建成；程序在“$target”，可以用命令。"
    exit 0
}
install "$@"
"""
)
GUIDE = """绩效自评工具　离线包使用说明（Linux：统信UOS、银河麒麟等，@MACHINE@，glibc 2.28或更新）

不用联网，不用管理员，不用另装Python。原来的表一律不动。

一、安装：在这个文件夹里空白处按右键，“在终端中打开”，运行  sh 安装.sh  （双击“安装.sh”选“运行”也行）。
　　程序装在“主目录/.local/share/selfeval_xl”；换新版的，再运行一次新的“安装.sh”。
二、校验：桌面上多出“绩效自评校验”图标（开始菜单里也有）。把自评表（一份、几份，或整个文件夹）拖到图标上，
　　结果是旁边的“…_标注.xlsx”。拖不上去的，右键点表，“打开方式→其他程序”里选“绩效自评校验”。
　　有做不成的，会打开一页说明。桌面的图标点不动的，右键点它，选“允许启动”或“信任”。
三、自动校验：桌面上多出“绩效自评”文件夹。下次登录以后，放在里面的自评表一保存就校验，结果写在旁边。
　　换了新版，也要重新登录才接着看。
四、其他功能用命令：在终端里运行  sh ~/.local/share/selfeval_xl/selfeval  ，后面写 check、fill、submit 等。
五、不用了：运行  sh ~/.local/share/selfeval_xl/uninstall.sh
　　程序、图标、设置和记录都删掉，表格和标注副本留着。

程序只查表面逻辑，不代替财政审核。
"""


def filled(text: str, version: str, machine: str) -> bytes:
    """A script or the guide for a machine and a version of Python ("3.12")."""
    values = {"VERSION": version, "MACHINE": machine, "ARCHIVE": ARCHIVE, "MARK": MARK}
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text.encode("utf-8")
