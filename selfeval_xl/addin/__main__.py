"""`python -m selfeval_xl.addin`: what the macros start. Everything it needs stands in the environment.

The exit status is 0 where the person has had an answer, or will get it from the file that was asked for.
"""

from __future__ import annotations

import os
import sys

from selfeval_xl.addin import handed_over


def main() -> int:
    """Runs the button that was handed over and returns the exit status."""
    click = handed_over.take(os.environ)
    if not click.button:
        print("这是给插件用的。命令见 selfeval --help。", file=sys.stderr)
        return 2
    if click.button == handed_over.PLAIN:
        from selfeval_xl.addin.plain import answer

        return answer(click)
    from selfeval_xl.addin.pressing import run

    run(click.button, click)
    return 0


if __name__ == "__main__":
    sys.exit(main())
