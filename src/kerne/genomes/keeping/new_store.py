"""Make an empty genome store, whose rules hold for all that is ever added to it."""

from pathlib import Path
from uuid import uuid4

from kerne.alleles.assembly import Assembly
from kerne.durable import make_directory
from kerne.errors import GenomeError, reason_of
from kerne.genomes.disk.manifest import (
    FILE_NAME,
    SEGMENTS,
    Keeper,
    Manifest,
    NormalForm,
    read_manifest,
    write_manifest,
)
from kerne.genomes.disk.reference import read_reference
from kerne.genomes.disk.writing import only_writer
from kerne.genomes.keeping.store import GenomeStore


def create_store(  # noqa: PLR0913  one argument for each rule of the store
    path: Path,
    assembly: Assembly,
    *,
    kept_by_centre: bool,
    reference: Path | None = None,
    min_gq: int = 20,
    min_dp: int = 8,
    over_empty: bool = False,
) -> GenomeStore:
    """Make an empty store in the directory `path`.

    Parameters
    ----------
    kept_by_centre
        A centre's store can be read under a grant only.
    reference
        FASTA of the assembly: alleles are left-aligned with it. Without it they are trimmed only,
        and the manifest says so.
    min_gq, min_dp
        What a genotype in a gVCF must reach to count.
    over_empty
        Make it anew when there is one that nothing was ever added to.

    Raises
    ------
    GenomeError
        There is a store already, or none can be written there.
    InputFileError
        The reference is not there, or is no FASTA file.
    """
    manifest = Manifest(
        assembly=assembly.name,
        kept_by=Keeper.CENTRE if kept_by_centre else Keeper.NOBODY,
        normal_form=NormalForm.LEFT_ALIGNED if reference else NormalForm.TRIMMED_NOT_SHIFTED,
        reference=None if reference is None else read_reference(path, reference),
        min_gq=min_gq,
        min_dp=min_dp,
        store=uuid4().hex,
    )
    try:
        make_directory(path / SEGMENTS)
    except OSError as error:
        raise GenomeError(f"`{path}` cannot be written: {reason_of(error)}") from error
    with only_writer(path):
        # Two may be making it at once: what the other has added must not be lost.
        if (path / FILE_NAME).exists() and not (over_empty and read_manifest(path).is_empty):
            raise GenomeError(f"`{path}` already holds a genome store")
        write_manifest(path, manifest)
    return GenomeStore(path)
