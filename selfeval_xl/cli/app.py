"""The list of the commands of `selfeval`, and its main function.

Messages are Chinese; the exit status is 2 where the job could not be done.
"""

from __future__ import annotations

import io
import sys

from selfeval_xl.cli import chinese  # before typer: it translates typer's own words

# isort: split
import typer

from selfeval_xl.cli import bureau, department, issuing, rechecking, stages
from selfeval_xl.cli.addin import addin_app
from selfeval_xl.cli.policy import policy_app
from selfeval_xl.cli.serving import serve
from selfeval_xl.cli.settings import settings

__all__ = ["app", "chinese", "main"]

app = typer.Typer(
    help="预算绩效自评工具：读懂自评表，校验、计算、填写偏差、汇总全县。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# The order is that of `selfeval --help`.
app.command()(department.demo)
app.command()(department.template)
app.command()(issuing.issue)
app.command()(department.read)
app.command()(department.check)
app.command()(department.fill)
app.command()(department.split)
app.command()(department.merge)
app.command()(department.submit)
app.command()(bureau.consolidate)
app.command()(stages.monitor)
app.command()(bureau.province)
app.command("return")(bureau.return_)
app.command(help=bureau.REPORT_HELP)(bureau.report)
app.command()(bureau.publish)
app.command()(rechecking.sample)
app.command()(rechecking.review)
app.command()(bureau.combine)
app.command()(department.diff)
app.command()(department.rules)
app.command()(department.watch)
app.command()(serve)
app.command()(settings)
app.add_typer(policy_app, name="policy")
app.add_typer(addin_app, name="addin")


def main() -> None:
    """Runs a command. Whatever goes wrong is one Chinese sentence on standard error and status 2."""
    from selfeval_xl.cli import error_messages

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    error_messages.stop_on_signals()
    sys.exit(error_messages.run(app))
