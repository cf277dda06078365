"""How results show themselves in a notebook.

What makes a table of a result lies above the results in the layers, so they cannot import it. They ask here, and the
package, which lies above everything, says once who answers. Apart from `rows`, since `import tokencost` imports this
module and must not pay for decimals and fractions.
"""

TYPE_CHECKING = False
"""As in `typing`, whose import would cost more than the rest of `import tokencost`."""

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_makers: "list[Callable[[], Any]]" = []


def show_by(maker: "Callable[[], Any]") -> None:
    """`maker` imports the module that has `html(result)` and `record(result)`, when the first result is shown."""
    _makers[:] = [maker]


def html_of(result: object) -> str:
    """The result as HTML."""
    return str(_makers[0]().html(result))


def record_of(result: object) -> "dict[str, Any]":
    """The columns of a row that are sentences, and therefore written where all sentences are."""
    return dict(_makers[0]().record(result))
