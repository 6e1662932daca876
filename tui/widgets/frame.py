"""A container whose size says nothing to what is around it."""

from __future__ import annotations

from textual.containers import Container
from textual.geometry import Size
from textual.reactive import reactive


class Frame(Container):
    """Holds parts that share out the room that it is given.

    Textual lays a screen out a second time, and sends it a second time, when a widget's own extent has changed; what
    never scrolls by that extent need not ask for it.
    """

    virtual_size = reactive(Size(0, 0), repaint=False)
