"""`kerne genomes serve`: keep a store or a centre open, and answer the command line."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

import click

from kerne.cli.desk import STORE
from kerne.cli.options import Asking, asker_from, home_from
from kerne.errors import GenomeError

if TYPE_CHECKING:
    from kerne.cli.desk_duties import Desk
    from kerne.cli.resident.answering import Answering
    from kerne.genomes.keeping.tending import Tending
    from kerne.genomes.keeping.upkeep import Upkeep

# `kerne --help` need not load the house.
# ruff: noqa: PLC0415

MIB = 1 << 20


@click.command("serve")
@click.option(
    "--memory",
    type=click.IntRange(min=0),
    default=4096,
    show_default=True,
    help="Keep so much of what was read decoded in memory, in MiB.",
)
@click.pass_context
def serve(ctx: click.Context, *, memory: int) -> None:
    """Keep the store open and answer `kerne genomes`, until SIGTERM or Ctrl-C."""
    from kerne.genomes.disk.hot import forbid_core_dumps
    from kerne.genomes.keeping.upkeep import Upkeep

    is_undumped = forbid_core_dumps()
    store = ctx.meta.get(STORE)
    upkeep = Upkeep(memory * MIB, is_tended=True)
    if isinstance(store, str):
        raise GenomeError(f"`{store}` is a published copy: serve the store that it is of")
    if isinstance(store, Path):
        answering, tending = serving_store(store, upkeep)
        place = store
    else:
        place = home_from(ctx)
        answering, tending = ctx.with_resource(serving_centre(place, upkeep))
    dumps = "no core dump shows its memory" if is_undumped else "its core dumps show its memory"
    run(place, answering, tending, lambda: click.echo(f"serving `{place}`; {dumps}"))


def run(place: Path, answering: "Answering", tending: "Tending", ready: Callable[[], None]) -> None:
    """Serve until a signal says to end.

    Raises
    ------
    GenomeError
        There is a resident process, or the directory cannot be written.
    """
    from kerne.cli.resident.listener import Resident

    resident = Resident(place, answering.answer)
    behind = Thread(target=tending.run, args=(resident.ending,), name="tending")
    before = {
        each: signal.signal(each, lambda _signal, _frame: resident.end())
        for each in (signal.SIGTERM, signal.SIGINT)
    }

    def begin() -> None:
        behind.start()
        ready()

    try:
        resident.serve(begin)
    finally:
        resident.end()
        if behind.is_alive():
            behind.join()
        for each, handler in before.items():
            signal.signal(each, handler)


def serving_store(store: Path, upkeep: "Upkeep") -> "tuple[Answering, Tending]":
    """Return what answers for a free-standing store, and what tends it.

    Raises
    ------
    GenomeError
        There is no store.
    GateError
        A centre keeps it.
    """
    from kerne.cli.resident.answering import Answering
    from kerne.genomes.resident import ResidentGenomes

    genomes = ResidentGenomes(store, upkeep)
    genomes.check()

    @contextmanager
    def desk(_asking: Asking | None, _question: str) -> "Iterator[Desk]":
        yield genomes

    return Answering(desk, genomes.memory), genomes.tending()


@contextmanager
def serving_centre(home: Path, upkeep: "Upkeep") -> "Iterator[tuple[Answering, Tending]]":
    """Give what answers for a centre, and what tends its genomes, as long as it is open.

    Genomes are added and removed through a centre opened for that, as by another process: a file
    that takes minutes keeps nobody's question waiting.

    Raises
    ------
    SettingsError
        There is no centre.
    """
    from kerne.centre import open_centre
    from kerne.cli.centre_desk import CentreDesk
    from kerne.cli.resident.answering import CHANGES, Answering
    from kerne.cli.resident.wire import WireError
    from kerne.genomes.keeping.tending import WORK_BYTES

    working = replace(upkeep, hot_bytes=WORK_BYTES)
    with open_centre(home, upkeep=upkeep) as asked, open_centre(home, upkeep=working) as changed:
        counters = (asked, Lock()), (changed, Lock())

        @contextmanager
        def desk(asking: Asking | None, question: str) -> "Iterator[Desk]":
            if asking is None:
                raise WireError("a centre is asked by somebody for a purpose")
            centre, one_at_a_time = counters[question in CHANGES]
            with one_at_a_time:
                yield CentreDesk(centre, asker_from(centre, asking))

        yield Answering(desk, asked.genomes.memory), asked.genomes.tending()
