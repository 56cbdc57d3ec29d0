"""What is done with one input of the fuzzer; also done with its seeds in the tests."""

import random
import zlib
from pathlib import Path
from typing import Final

from adversary.mutations import BLOCK_END, TEXT_MUTATIONS, blocks_of
from adversary.trial import Trial, Verdict

PACKED: Final = b"\x1f\x8b"
BCF: Final = b"BCF"


class Finding(Exception):  # noqa: N818  what the fuzzer looks for
    """An input after which something is not as it should be."""


def check(trial: Trial, work: Path, content: bytes) -> Verdict:
    """Give an input to a store as a file.

    Text is packed or not, and its alleles are shifted or not, as its checksum says.

    Raises
    ------
    Finding
        It was neither refused as it should be nor read rightly.
    """
    chance = zlib.crc32(content)
    is_binary = content.startswith((PACKED, BCF))
    if not is_binary and chance & 1:
        content = b"".join(blocks_of(content)) + BLOCK_END
    path = work / ("input.bcf" if is_binary else "input.vcf")
    path.write_bytes(content)
    verdict = trial.judge(chance, "input", path, is_shifted=bool(chance & 2))
    if verdict.fault:
        raise Finding(verdict.fault)
    return verdict


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Make an input bad in some way; one that is empty becomes a line."""
    return rng.choice(TEXT_MUTATIONS)(content or b"##fileformat=VCFv4.2\n", rng)
