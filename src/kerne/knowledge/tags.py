"""Tags of transcripts that mean something to us, as Ensembl spells them."""

from typing import Final

MANE_SELECT: Final = "MANE_Select"
MANE_PLUS_CLINICAL: Final = "MANE_Plus_Clinical"
MANE: Final = frozenset({MANE_SELECT, MANE_PLUS_CLINICAL})
"""Transcripts that are known to matter to patients."""
INCOMPLETE_START: Final = "cds_start_NF"
NONSENSE_MEDIATED_DECAY: Final = "nonsense_mediated_decay"
