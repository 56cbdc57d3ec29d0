"""The voice of the demo: numbered steps in words, facts under them, a bar for long work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table


class Voice:
    """Tells the demo on the terminal.

    Parameters
    ----------
    console
        Where it is told; `rich` leaves colour and bars out where it is no terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps = 0
        self._started = time.monotonic()

    def title(self, words: str, notice: str) -> None:
        """Open with the title and the notice that everything is synthetic."""
        self._console.print(Panel(f"[bold]{words}[/bold]\n{notice}", expand=False))

    def step(self, words: str) -> None:
        """Begin the next step of the road."""
        self._steps += 1
        self._console.print(f"\n[bold cyan]{self._steps:>2}[/bold cyan]  [bold]{words}[/bold]")

    def say(self, words: str) -> None:
        """Say what happened in this step."""
        self._console.print(Padding(words, (0, 0, 0, 4)), highlight=False)

    def refused(self, words: str) -> None:
        """Say what was refused, and why."""
        self.say(f"[bold red]refused[/bold red]  {words}")

    def table(self, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        """Show a small table."""
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*row)
        self._console.print(Padding(table, (0, 0, 0, 4)))

    def closing(self, words: str) -> None:
        """End with how long it took."""
        seconds = time.monotonic() - self._started
        self._console.print(f"\n{words} ({seconds:.0f} s)", highlight=False)

    @contextmanager
    def working(self, words: str) -> Iterator[None]:
        """Show that long work goes on, and how long it took."""
        started = time.monotonic()
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        ) as progress:
            progress.add_task(f"    {words}", total=None)
            yield
        self.say(f"{words} [dim]{time.monotonic() - started:.1f} s[/dim]")
