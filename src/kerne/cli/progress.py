"""Show on a terminal how far along a long command is."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def reading(files: Iterable[Path]) -> Iterator[Callable[[int], None]]:
    """Show how much of files is read; what is given is told how many more bytes were."""
    size = sum(path.stat().st_size for path in files if path.is_file())
    with showing("reading", size) as advance:
        yield advance


@contextmanager
def showing(words: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show how much of a total is done; what is given is told how much more was."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    # Most commands show no progress, and need not load it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=total)
        yield lambda count: progress.advance(task, count)
