"""Modes of inheritance as the HPO names them, for every export."""

from collections.abc import Mapping
from typing import Final

from kerne.interpretation.candidate import Mode

INHERITANCE: Final[Mapping[Mode, tuple[str, str]]] = {
    Mode.DOMINANT: ("HP:0000006", "Autosomal dominant inheritance"),
    Mode.DE_NOVO: ("HP:0000006", "Autosomal dominant inheritance"),
    Mode.RECESSIVE_HOMOZYGOUS: ("HP:0000007", "Autosomal recessive inheritance"),
    Mode.RECESSIVE_COMPOUND: ("HP:0000007", "Autosomal recessive inheritance"),
    Mode.RECESSIVE_ONE_ALLELE: ("HP:0000007", "Autosomal recessive inheritance"),
    Mode.X_LINKED: ("HP:0001417", "X-linked inheritance"),
    Mode.MITOCHONDRIAL: ("HP:0001427", "Mitochondrial inheritance"),
}
"""Identifier and name; a mode that is not here has no term."""
