"""What the modules of a public copy ask of one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lxml.etree import _Element

    from selfeval_xl.workflows.publishing.word.looks import Looks
    from selfeval_xl.workflows.publishing.word.received import Story


class Target(Protocol):
    """The public copy that is being made."""

    looks: Looks

    def leave_out(self) -> None:
        """Notes that a picture or an object was not taken along."""

    def next_drawing(self) -> int:
        """The number of a new drawing."""

    def picture(self, part: str, story: Story, identity: str) -> str:
        """The identity of the relation to a picture; "" for none."""

    def chart(self, part: str, story: Story, identity: str) -> str:
        """The identity of the relation to a chart; "" for none."""

    def note(self, reference: str, identity: str) -> int:
        """The new number of a footnote or endnote; 0 for none."""

    def section(self, section: _Element, story: Story) -> _Element:
        """The page of a section."""


class Writer(Protocol):
    """Writes one story: the document, a header, a footer, the notes."""

    target: Target
    story: Story
    part: str

    def blocks(self, parent: _Element, in_box: bool = False) -> list[_Element]:
        """The paragraphs and tables in an element."""
