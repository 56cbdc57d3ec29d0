"""Scrub the genome database of a centre, which need not open for it: its manifest may be damaged.

It shows nobody's data and changes nobody's rights, so it does not ask the gate.
"""

from pathlib import Path

from kerne.custody.home import GENOMES
from kerne.genomes.keeping.scrub import Scrubbed, scrub
from kerne.genomes.watching import Watch, unwatched


def scrub_genomes(
    home: Path, repair_from: Path | None = None, watch: Watch = unwatched
) -> Scrubbed:
    """Scrub the genome database of the centre in `home`; raises as `genomes.keeping.scrub.scrub`.

    Parameters
    ----------
    repair_from
        A backup of the centre, or a copy of its genome database alone.
    """
    copy = repair_from
    if repair_from is not None and (repair_from / GENOMES).is_dir():
        copy = repair_from / GENOMES
    return scrub(home / GENOMES, copy, watch)
