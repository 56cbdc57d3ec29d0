"""A small centre to be hurt: one road was walked in it, and genomes lie ready beside it."""

import functools
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from kerne.alleles.allele import Allele
from kerne.alleles.sequence import ReferenceSequence
from kerne.centre import open_centre
from kerne.cli.demo import demo
from kerne.interpretation.phenotypes import model as phenotype_model
from kerne.policy.rulebook import RuleBook

from .workload import Incoming, Workload

AT: Final = datetime(2026, 6, 2, 9, tzinfo=UTC)
GENOMES: Final = 60
CITIZENS: Final = 20
PEOPLE: Final = 8
"""Of those who come in, how many are there from the start."""
CASES: Final = 6
SITES: Final = 12
HEAD: Final = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"


def clock() -> datetime:
    """Return the one moment at which everything happens."""
    return AT


def warm() -> None:
    """Read in this process, once, what every centre would read anew; forks inherit it."""
    for module, name in (
        (phenotype_model, "read_ontology"),
        (phenotype_model, "read_annotations"),
        (phenotype_model, "read_gene_links"),
        (RuleBook, "load"),
    ):
        setattr(module, name, functools.cache(getattr(module, name)))


def settle(directory: Path, *, cases: int = CASES, walked: Path | None = None) -> Incoming:
    """Make the centre `directory / "home"`, and return the genomes that lie beside it.

    Parameters
    ----------
    cases
        How many cases are ranked already, which takes longest of all work.
    walked
        Home of a demo that was walked before; it is copied and stays as it is.
    """
    home = directory / "home"
    if walked is None:
        walked = directory / "walked"
        words = ["--citizens", str(CITIZENS), "--home", str(walked), "--no-serve"]
        CliRunner(env={"COLUMNS": "200"}).invoke(demo, words, catch_exceptions=False)
    shutil.copytree(walked, home)
    country = walked.with_name(f"{walked.name}-country")
    incoming = _write_incoming(directory / "incoming", country)
    # The reference data never change: they stay where they are in every copy of the home.
    (home / "knowledge").rename(directory / "knowledge")
    (home / "knowledge").symlink_to(directory / "knowledge")
    with open_centre(home, clock) as centre:
        work = Workload(centre, random.Random(1), incoming)
        for act in (work.register, work.assign, work.consent, work.add):
            for _ in range(PEOPLE):
                act()
        for person in work.people()[:cases]:
            work.prepare_case(person)
    return incoming


def _write_incoming(directory: Path, country: Path) -> Incoming:
    directory.mkdir()
    rng = random.Random(1)
    sites = []
    with ReferenceSequence(country / "reference.fa") as sequence:
        for position in range(50_001, 50_001 + 700 * SITES, 700):
            base = sequence.fetch("chr1", position, position + 1)
            sites.append(Allele("chr1", position, base, rng.choice(sorted({*"ACGT"} - {base}))))
    files = {f"N-{number:05}": directory / f"N-{number:05}.vcf" for number in range(GENOMES)}
    for sample, path in files.items():
        lines = [
            f"chr1\t{site.position + 1}\t.\t{site.reference}\t{site.alternative}\t.\t.\t.\tGT\t"
            + ("0/1" if site is sites[0] else rng.choice(["0/0", "0/1", "1/1"]))
            for site in sites
        ]
        path.write_text("\n".join([HEAD + sample, *lines]) + "\n")
    return Incoming(files, sites[0], _some_gene(country))


def _some_gene(country: Path) -> str:
    text = (country / "genes.gff3").read_text()
    return text.partition("Name=")[2].partition(";")[0].partition("\n")[0]
