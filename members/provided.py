"""What an application below asks of one above, which it may not import."""

from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Provided(Generic[Answer]):
    """Something that another application gives once, while all are loaded; until then a default."""

    def __init__(self, default: Answer) -> None:
        self.current = default
        self._is_given = False

    def give(self, answer: Answer) -> None:
        """Use ``answer`` from now on; a second one raises RuntimeError."""
        if self._is_given:
            raise RuntimeError(f"{self.current!r} has been given already")
        self.current, self._is_given = answer, True
