"""How much work one XML document may make, over all its signatures and their references."""

from gateway.card.documents.xml_tree import Tree, too_complex

MAX_WORK = 64 * 1024 * 1024
"""About 20 ns each: an octet, and what `Tree.cost` counts."""


class Work:
    """How much of it is left. It is spent before the work is done."""

    def __init__(self, limit: int = MAX_WORK) -> None:
        self._left = limit

    def spend_on(self, octets: bytes) -> None:
        self._spend(len(octets))

    def spend_on_tree(self, tree: Tree) -> None:
        self._spend(tree.cost)

    def _spend(self, units: int) -> None:
        self._left -= units
        if self._left < 0:
            raise too_complex("octets and elements to digest")
