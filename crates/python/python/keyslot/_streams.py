"""Files whose text is redacted on the way."""

from __future__ import annotations

from types import TracebackType
from typing import IO, Any, Optional, Type

from ._keyslot import Redactor

__all__ = ["RedactWriter"]


class RedactWriter:
    """Redacts what is written to it, and writes that on to a file of text or bytes.

    The possible beginning of a secret is held back until more comes, or ``close``: ``flush``
    does not write it.
    """

    def __init__(self, redactor: Redactor, to: IO[Any]) -> None:
        self._stream = redactor.stream()
        self._to = to
        self.closed = False

    def write(self, part: Any) -> int:
        """Takes a part, ``str`` or ``bytes``."""
        if self.closed:
            raise ValueError("the writer is closed")
        self._to.write(self._stream.feed(part))
        return len(part)

    def flush(self) -> None:
        """Flushes the file."""
        self._to.flush()

    def close(self) -> None:
        """Writes the rest. The file itself stays open."""
        if not self.closed:
            self.closed = True
            rest = self._stream.finish()
            if rest:
                self._to.write(rest)
            self._to.flush()

    def __enter__(self) -> RedactWriter:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()
