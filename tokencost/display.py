"""How results show themselves in a notebook.

A result cannot import what makes a table of it, which is in a higher layer. So it asks this module, and the package,
which may import everything, registers here who answers. Apart from `rows`, since `import tokencost` imports this
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
