"""A short paper (notice, reminder) as plain text to paste into a message, and as a Word file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from selfeval_xl.county.private import masked
from selfeval_xl.files import leaving, write_out


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper or a message.

    title: with a line break where it may be broken, "" for a message. to: the addressee with a colon.
    lines: (level, text), level 1 a heading, 0 text. signed: lines at the right below. tables: (caption, head,
    rows, widths in millimetres).
    """

    title: str
    to: str
    lines: tuple[tuple[int, str], ...]
    signed: tuple[str, ...] = ()
    tables: tuple[tuple[str, Sequence[str], Sequence[Sequence[str]], Sequence[float]], ...] = field(
        default=()
    )


def without_names(paper: Paper, private: frozenset[tuple[str, str]]) -> Paper:
    """The paper without the names of projects that are not public."""
    if not private:
        return paper
    return replace(
        paper,
        lines=tuple((level, masked(text, private)) for level, text in paper.lines),
        tables=tuple(
            (caption, head, [[masked(cell, private) for cell in row] for row in rows], widths)
            for caption, head, rows, widths in paper.tables
        ),
    )


def text_of(paper: Paper) -> str:
    """The paper as lines of text."""
    return "\n".join(
        part
        for part in (
            paper.title.replace("\n", ""),
            paper.to,
            *(text for _, text in paper.lines),
            *paper.signed,
        )
        if part
    )


def write_text(paper: Paper, out: Path) -> None:
    """Writes the text as UTF-8 with a byte order mark and Windows line ends. Raises OutputError.

    Notepad, WPS and messengers all show such a file right.
    """
    write_out(
        out,
        lambda file: Path(file).write_bytes(
            ("\ufeff" + text_of(paper).replace("\n", "\r\n") + "\r\n").encode("utf-8")
        ),
    )


def write_word(paper: Paper, out: Path) -> None:
    """Writes the paper as a Word file in the form of official papers. Raises OutputError."""
    from selfeval_xl.writers.word import document as word

    document = word.new_document()
    if paper.title:
        word.title(document, *paper.title.split("\n"))
        document.add_paragraph()
    if paper.to:
        word.body(document, paper.to, indent=False)
    for level, text in paper.lines:
        word.heading(document, text) if level else word.body(document, text)
    for caption, head, rows, widths in paper.tables:
        word.table(document, head, rows, widths, caption)
    if paper.signed:
        document.add_paragraph()
    for text in paper.signed:
        word.body(document, text, right=True)
    word.save(document, out)


def write_both(paper: Paper, folder: Path, name: str, kept: list[str], letter: Paper | None = None) -> None:
    """Writes the text and the Word file of a paper. kept: as of `files.leaving`. Raises OutputError.

    letter: what the Word file holds, where the text is a message and the letter has a title and a signature.
    """
    with leaving(kept):
        write_text(paper, folder / f"{name}.txt")
    with leaving(kept):
        write_word(letter or paper, folder / f"{name}.docx")
