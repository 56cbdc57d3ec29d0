"""`kerne demo`: a synthetic country moves into a centre, and the two roads are walked in words."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path

import click
from rich.console import Console

from kerne.audit.actions import Audit
from kerne.centre import open_centre
from kerne.cli.demo.clock import StoryClock
from kerne.cli.demo.question import Questioning
from kerne.cli.demo.road import Road
from kerne.cli.demo.settling import SETTLED_BEFORE, Settlement, found_country
from kerne.cli.demo.voice import Voice
from kerne.errors import AuditError, SettingsError
from kerne.settings import Settings
from kerne.synthetic.country import NOTICE, Country
from kerne.synthetic.founding import make_country
from kerne.synthetic.writing import CountryFiles, write_country

MARK = "synthetic-country"
"""A file that says of a directory that the demo made it and may make it anew."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the demo keeps things: the centre, what is delivered to it, and the answers."""

    home: Path
    country: Path
    answers: Path


@click.command()
@click.option("--citizens", type=int, default=500, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--home",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("kerne-demo"),
    envvar="KERNE_HOME",
    show_default=True,
    help="Directory of the centre; what is delivered to it lies beside it.",
)
@click.option("--no-serve", is_flag=True, help="Accepted: there is nothing to serve yet.")
def demo(citizens: int, seed: int, home: Path, *, no_serve: bool) -> None:  # noqa: ARG001
    """Walk one order from the doctor to the answer, and one question back.

    Everything is synthetic: the country, its genome and everybody in it are made from the seed.
    """
    voice = Voice(Console())
    voice.title("Kerne: a national genome centre, in a synthetic country", NOTICE)
    places = _places(home)
    _clear(places)
    voice.step("A country is made")
    with voice.working(f"{citizens} citizens from seed {seed}"):
        country = make_country(seed, citizens)
        files = write_country(country, places.country, places.answers)
    voice.say(
        f"{len(country.genome.transcripts):,} genes, {len(country.sites):,} sites, "
        f"{len(country.patients)} patients. What was planted: {files.answer_key}"
    )
    _walk(country, files, places, voice)
    voice.closing(f"The road is walked. The centre stays in {places.home}")


def _walk(country: Country, files: CountryFiles, places: Places, voice: Voice) -> None:
    settings = Settings(places.home)
    start = datetime.combine(country.today, time(8), UTC) - SETTLED_BEFORE
    clock = StoryClock(start, settings.tzinfo)
    voice.step("It moves into its genome centre")
    found_country(country, files, places.home)
    with open_centre(places.home, clock) as centre:
        settlement = Settlement(centre, country, files, clock)
        with voice.working("people registered, choices taken over"):
            persons, choices = settlement.register_people(), settlement.take_over_choices()
        with voice.working("a year of orders"):
            orders = settlement.order_for_patients()
        with voice.working("genomes added to the National Genome Database"):
            genomes = settlement.add_genomes()
        voice.say(f"{persons} persons, {choices} choices, {orders} orders, {genomes} genomes.")
        answered = Road(centre, country, files, settlement, clock, voice).walk()
        Questioning(centre, country, answered, clock, voice).walk()
        _prove(centre.audit, voice)


def _prove(audit: Audit, voice: Voice) -> None:
    """Sign a checkpoint of the audit and read all of it back.

    Raises
    ------
    AuditError
        Something is not as it was written.
    """
    voice.step("The audit proves itself")
    audit.checkpoint()
    found = audit.verify()
    if not found.is_intact:
        raise AuditError("the audit does not verify: " + "; ".join(found.problems))
    voice.say(f"{found.size:,} entries, root {found.root.hex()[:16]}…: all as they were written.")


def _places(home: Path) -> Places:
    return Places(
        home, home.with_name(f"{home.name}-country"), home.with_name(f"{home.name}-answers")
    )


def _clear(places: Places) -> None:
    """Remove what an earlier demo left; refuse to touch anything else.

    Raises
    ------
    SettingsError
        A directory holds something that the demo did not make.
    """
    for place in (places.home, places.country, places.answers):
        if place.exists() and any(place.iterdir()) and not (place / MARK).exists():
            raise SettingsError(
                f"`{place}` holds something that the demo did not make; name another `--home`"
            )
    for place in (places.home, places.country, places.answers):
        if place.exists():
            shutil.rmtree(place)
        place.mkdir(parents=True)
        (place / MARK).write_text(f"{NOTICE}\n")
