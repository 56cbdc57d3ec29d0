"""What kind of place a position is, as far as the number of its copies goes."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kerne.alleles.assembly import Assembly, ContigKind
from kerne.genomes.calls import Place

_PLACE_OF_KIND: Final = {
    ContigKind.AUTOSOME: Place.PAIRED,
    ContigKind.OTHER: Place.PAIRED,
    ContigKind.X: Place.X,
    ContigKind.Y: Place.Y,
    ContigKind.MITOCHONDRION: Place.MITOCHONDRIAL,
}


def places_of(
    assembly: Assembly, contig: NDArray[np.int16], position: NDArray[np.int64]
) -> NDArray[np.int8]:
    """Return the `calls.Place` of each position, (positions,).

    `contig` is the rank in the assembly; a pseudo-autosomal position is `PAIRED`.
    """
    kinds = np.array([_PLACE_OF_KIND[each.kind] for each in assembly.contigs], dtype=np.int8)
    places: NDArray[np.int8] = kinds[contig]
    for interval in assembly.pseudo_autosomal:
        inside = contig == assembly.rank(interval.contig)
        inside &= (position >= interval.start) & (position < interval.end)
        places[inside] = Place.PAIRED
    return places
