"""Say what a long reading is at: the first line after two seconds, then one every two."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from optimizer.errors import shown

from .messages import say
from .running import QUIET_S


@contextmanager
def told() -> Iterator[Callable[[str], None]]:
    """Give a function that takes what is being done; it is said on stderr once that takes long."""
    doing = "starting"
    done = threading.Event()
    began = time.monotonic()

    def tell(what: str) -> None:
        nonlocal doing
        doing = what

    def watch() -> None:
        while not done.wait(QUIET_S):
            say(f"{time.monotonic() - began:7.1f} s  {shown(doing)}")

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield tell
    finally:
        done.set()
