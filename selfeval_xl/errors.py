"""Every error a person can meet, on one page.

Bad input is a finding or a problem, not an exception. These are raised only when the job itself cannot be done;
the command line prints the message and leaves with status 2.
"""


class SelfevalError(Exception):
    """Base of all errors of ours; the text is Chinese and says what happened, where, and what to do."""


class UsageError(SelfevalError):
    """The call itself cannot be carried out: no such file, no such layout, contradicting options."""


class OutputError(SelfevalError):
    """The result cannot be written: no right to the folder, disk full, file open in another program."""


class LayoutError(SelfevalError):
    """A layout file is faulty; the text names file and line (syntax) or key (content)."""


class PolicyError(SelfevalError):
    """A policy file is faulty; the text names file and line or key."""


class UnreadableFile(SelfevalError):
    """A received file cannot be opened. The reader turns it into a problem, so that everything else goes on.

    `rule` is T08 for protected or damaged files, T01 for kinds of file that hold no form.
    """

    def __init__(self, message: str, rule: str = "T08") -> None:
        super().__init__(message)
        self.rule = rule
