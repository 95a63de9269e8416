#!/usr/bin/env bash
# Gets what the tests need from the system: apt-get when root on Debian or Ubuntu, otherwise the command to run is printed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
missing() {
    command -v soffice >/dev/null && command -v pdftoppm >/dev/null && command -v npm >/dev/null \
        && command -v chromium >/dev/null && command -v chromedriver >/dev/null \
        && command -v desktop-file-validate >/dev/null && /usr/bin/python3 -c 'import uno' 2>/dev/null && fc-list 2>/dev/null | grep -qi 'cjk\|simsun\|wenquanyi' || return 0
    return 1
}
if missing; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "正在安装测试需要的系统软件：$*"
        wanted=()
        for name in "$@"; do        # node and npm may be there already from another source
            case $name in nodejs|npm) command -v npm >/dev/null && continue ;; esac
            wanted+=("$name")
        done
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null || exit 1
    else
        echo "测试还需要这些系统软件，请运行：sudo apt-get install --no-install-recommends $*"
        [ "${CI:-}" = true ] && exit 1
    fi
fi
if command -v npm >/dev/null && ! { [ -x "$here/node_modules/.bin/ooxml-validator" ] && [ -f "$here/node_modules/axe-core/axe.min.js" ]; }; then
    (cd "$here" && npm install --no-fund --no-audit --no-package-lock --loglevel=error) || { [ "${CI:-}" = true ] && exit 1; }
fi
exit 0
