"""`replace` as that of `dataclasses`, in a fifth of the time: each step of a fold is one or two of them."""

from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["replace"]

T = TypeVar("T")

if TYPE_CHECKING:
    from dataclasses import replace  # so that names and types of fields are checked
else:

    def replace(old: T, **changes: Any) -> T:
        """A copy of a frozen dataclass without slots, without `__post_init__`."""
        made = object.__new__(type(old))
        made.__dict__.update(old.__dict__, **changes)
        return made
