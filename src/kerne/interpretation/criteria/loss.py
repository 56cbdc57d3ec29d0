"""How strongly a variant is expected to destroy a gene's product: the main branches of PVS1.

A premature stop more than 50 bases before the last exon junction has its messenger destroyed
(nonsense-mediated decay). What escapes decay counts by how much of the protein is lost or, behind
a shift of the frame, no longer the protein's own.

References
----------
Abou Tayoun et al. 2018 (doi:10.1002/humu.23626), figure 1.
"""

import re
from dataclasses import dataclass

from kerne.alleles.transcript import Transcript
from kerne.interpretation.candidate import Strength

DECAY_BP = 50
"""A stop this close to the last junction, or behind it, escapes decay."""
LARGE_SHARE = 0.1
"""Losing more of the protein than this is strong evidence even without decay."""

SPLICE = frozenset({"splice_acceptor", "splice_donor"})
TRUNCATING = frozenset({"stop_gained", "frameshift"})
START = frozenset({"start_lost"})
ALL = SPLICE | TRUNCATING | START

START_WORDS = "start codon lost; pathogenic variants before the next one were not looked up"

_FIRST_CODON = re.compile(r"[A-Z][a-z]{2}(\d+)")
_NEW_STOP = re.compile(r"fsTer(\d+)")


@dataclass(frozen=True, slots=True)
class Loss:
    """The strength of PVS1 and why; `Strength.NONE` where figure 1 has no branch."""

    strength: Strength
    words: str


def judge_loss(
    terms: frozenset[str], transcript: Transcript, position: int, protein_name: str
) -> Loss | None:
    """Judge one variant in one coding transcript; `None` when it is no loss of function.

    Parameters
    ----------
    position
        0-based genomic position of the first changed base.
    protein_name
        HGVS name, from which the codon of a new stop is read.
    """
    if transcript.coding_span is None:
        return None
    if terms & SPLICE:
        return _splice(transcript, position)
    if terms & START:
        return Loss(Strength.SUPPORTING, START_WORDS)
    if terms & TRUNCATING:
        return _truncation(transcript, protein_name)
    return None


def stop_codon_of(protein_name: str) -> int | None:
    """Read the 1-based codon of a premature stop from a protein name.

    Examples
    --------
    >>> stop_codon_of("NP_1.1:p.(Arg97ProfsTer23)"), stop_codon_of("p.(Gln39Ter)")
    (119, 39)
    >>> stop_codon_of("p.(Arg97ProfsTer?)") is None
    True
    """
    first = first_codon_of(protein_name)
    if first is None or "fs" not in protein_name:
        return first
    behind = _NEW_STOP.search(protein_name)
    return first + int(behind[1]) - 1 if behind else None


def first_codon_of(protein_name: str) -> int | None:
    """Read the 1-based first changed codon from a protein name.

    Examples
    --------
    >>> first_codon_of("NP_1.1:p.(Arg97ProfsTer23)"), first_codon_of("p.?")
    (97, None)
    """
    first = _FIRST_CODON.search(protein_name)
    return None if first is None else int(first[1])


def escapes_decay(transcript: Transcript, base: int) -> bool:
    """Say whether a stop at a 0-based spliced offset escapes nonsense-mediated decay."""
    lengths = [end - start for start, end in transcript.exons_in_order]
    last_junction = sum(lengths[:-1])
    return len(lengths) == 1 or base >= last_junction - DECAY_BP


def _truncation(transcript: Transcript, protein_name: str) -> Loss:
    first, last = _coding(transcript)
    changed, codon = first_codon_of(protein_name), stop_codon_of(protein_name)
    if changed is None:
        return Loss(Strength.MODERATE, "protein cut short; where was not found")
    share = max(0.0, (last - first - 3 * (changed - 1)) / (last - first))
    if codon is None:
        words = f"frame shifted from codon {changed} on without a new stop: {share:.0%} altered"
        return Loss(_by_share(share), words)
    if not escapes_decay(transcript, first + 3 * (codon - 1)):
        words = f"premature stop at codon {codon}, before the last exon junction: decay expected"
        return Loss(Strength.VERY_STRONG, words)
    words = f"stop at codon {codon} escapes decay; {share:.0%} of the protein is lost or altered"
    return Loss(_by_share(share), words)


def _splice(transcript: Transcript, position: int) -> Loss:
    first, last = _coding(transcript)
    number, skipped = _nearest_exon(transcript, position)
    start, end = max(skipped[0], first), min(skipped[1], last)
    coding_bp = max(0, end - start)
    if coding_bp == 0:
        return Loss(Strength.NONE, "splice site of an exon that is not coding")
    share = coding_bp / (last - first)
    if coding_bp % 3 == 0:
        words = f"splice site lost; skipping the exon keeps the frame and removes {share:.0%}"
        return Loss(_by_share(share), words)
    if _escapes_behind(transcript, number):
        words = "splice site lost near the 3' end; decay is not expected"
        return Loss(_by_share((last - start) / (last - first)), words)
    return Loss(Strength.VERY_STRONG, "splice site lost; skipping the exon breaks the frame")


def _escapes_behind(transcript: Transcript, number: int) -> bool:
    """Say whether a stop in the exon after the skipped one `number` escapes decay.

    It does in the last exon, and where all of the exon before that one is near the last junction.
    """
    lengths = [end - start for start, end in transcript.exons_in_order]
    between = sum(lengths[number + 1 : -1])
    return between <= DECAY_BP


def _by_share(share: float) -> Strength:
    return Strength.STRONG if share > LARGE_SHARE else Strength.MODERATE


def _coding(transcript: Transcript) -> tuple[int, int]:
    span = transcript.coding_span
    return (0, 0) if span is None else span


def _nearest_exon(transcript: Transcript, position: int) -> tuple[int, tuple[int, int]]:
    """Give number and spliced span of the exon whose border is nearest to a genomic position."""
    spans, passed = [], 0
    for number, (start, end) in enumerate(transcript.exons_in_order):
        distance = min(abs(position - start), abs(position - end + 1))
        spans.append((distance, number, (passed, passed + end - start)))
        passed += end - start
    _, number, span = min(spans)
    return number, span
