"""The command line `selfeval`: `app` lists the commands, `screen` prints their results."""

from selfeval_xl.cli.app import app, main

__all__ = ["app", "main"]
