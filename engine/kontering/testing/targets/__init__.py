"""The contract that every target keeps, as checks that a connector's tests run on its simulator.

Documents go through the payload mappings, the planner and the deliverer as in earnest; what came of them is counted in
the simulator, never in our own tables. Each check raises AssertionError and says in a sentence what isn't so; what the
target doesn't take raises NotTaken, which test runners show as skipped:

    @pytest.mark.parametrize("check", TARGET, ids=lambda check: check.__name__)
    def test_books_keep_the_contract(check): check(BOOKS)
"""

from collections.abc import Callable

from kontering.testing.targets.books import Books, NotTaken, Paper
from kontering.testing.targets.edges import EDGES
from kontering.testing.targets.ordinary import ORDINARY
from kontering.testing.targets.trouble import TROUBLE

__all__ = ["TARGET", "Books", "NotTaken", "Paper"]

TARGET: tuple[Callable[[Books], None], ...] = (*ORDINARY, *TROUBLE, *EDGES)
