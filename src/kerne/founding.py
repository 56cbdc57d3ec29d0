"""Make a new centre on disk: its directories, its keys, its first registrar."""

from pathlib import Path
from typing import Final

from kerne.alleles.assembly import assembly_named
from kerne.audit.checkpoint import sign_checkpoint, signing_key, write_checkpoint
from kerne.audit.tree import EMPTY_ROOT
from kerne.custody.home import ALONGSIDE, AUDIT, CHECKPOINT_KEY, DATABASE, GENOMES, KEYS, NEWEST
from kerne.database.engine import open_database
from kerne.durable import OWNER_ONLY_DIRECTORY, make_directory
from kerne.errors import SettingsError
from kerne.genomes.keeping.new_store import create_store
from kerne.genomes.keeping.store import utc_now
from kerne.knowledge.release import Kind
from kerne.knowledge.releases import KnowledgeBase
from kerne.people.asking import Identity
from kerne.people.ledger import PeopleLedger
from kerne.people.ledger import metadata as people_metadata
from kerne.people.organisation import Organisation
from kerne.people.vault import open_vault
from kerne.settings import FILE_NAME, Settings, write_settings

ROOMS: Final = (AUDIT, KEYS, GENOMES, *ALONGSIDE)
"""The directories of a centre."""


def found_centre(
    settings: Settings,
    registrar: Identity,
    organisations: tuple[Organisation, ...] = (),
    *,
    reference: Path | None = None,
) -> None:
    """Make a new centre in the directory that `settings` name, with its first registrar.

    Everybody else is registered and appointed by that registrar, through the gate.

    Parameters
    ----------
    reference
        FASTA of the assembly: it becomes a release, and alleles are left-aligned by it. Without it
        they are trimmed only.

    Raises
    ------
    SettingsError
        There is a centre already.
    """
    home = settings.home
    if (home / FILE_NAME).exists():
        raise SettingsError(f"`{home}` already holds a centre")
    for name in ROOMS:
        make_directory(home / name, OWNER_ONLY_DIRECTORY)
    assembly = assembly_named(settings.assembly)
    if reference is not None:
        base = KnowledgeBase(home / "knowledge")
        reference = base.add(Kind.REFERENCE, reference, assembly=assembly.name).path
    # Whoever was interrupted while founding may found again.
    create_store(
        home / GENOMES, assembly, kept_by_centre=True, reference=reference, over_empty=True
    )
    vault = open_vault(home / KEYS, settings.keys)
    people = PeopleLedger(open_database(home / DATABASE, people_metadata), vault)
    for organisation in organisations:
        people.add_organisation(organisation)
    people.appoint(registrar)
    people.engine.dispose()
    key = signing_key(home / AUDIT / CHECKPOINT_KEY)
    write_checkpoint(home / AUDIT / NEWEST, sign_checkpoint(0, EMPTY_ROOT, utc_now(), key))
    # INVARIANT: the settings come last: a home without them is no centre yet.
    write_settings(settings)
