"""The command line: `selfeval`. `app` has one function a command, `screen` says what they found."""

from selfeval_xl.cli.app import app, main

__all__ = ["app", "main"]
