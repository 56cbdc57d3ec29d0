"""The same questions put to the command line, in this process."""

import csv
import io
from collections.abc import Collection, Iterator
from pathlib import Path

from click.testing import CliRunner

from adversary.comparing import keys_of, truth
from adversary.naive import Counts, Key
from adversary.studies import Study
from kerne.cli.genomes import genomes


def differences_of_command_line(study: Study, chosen: Collection[str], work: Path) -> Iterator[str]:
    """Compare the table of `kerne genomes frequencies`; hemi and half are not in it."""
    listed = work / "chosen.txt"
    listed.write_text("".join(f"{sample}\n" for sample in chosen))
    options = ["--samples-file", str(listed)] if chosen else []
    everyone = frozenset(chosen or study.samples)
    ours = {key: counts[:4] for key, counts in _frequencies(study, options).items()}
    theirs = truth(study, keys_of(study.naive), everyone)
    for key in sorted(ours.keys() | theirs.keys()):
        expected = theirs[key][:4] if key in theirs else None
        if ours.get(key) != expected:
            yield f"command line: {key}: {ours.get(key)}, expected {expected}"


def _frequencies(study: Study, options: list[str]) -> dict[Key, Counts]:
    arguments = ["--store", str(study.store), "frequencies", *options]
    result = CliRunner().invoke(genomes, arguments, catch_exceptions=False)
    table = {}
    for row in csv.DictReader(io.StringIO(result.stdout), delimiter="\t"):
        key = Key(row["chrom"], int(row["pos"]) - 1, row["ref"], row["alt"])
        ac, an, hom, het = (int(row[name]) for name in ("AC", "AN", "hom", "het"))
        table[key] = Counts(ac, an, hom, het, 0)
    return table
