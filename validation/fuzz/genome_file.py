"""Fuzz the reader of genome files, guided by coverage: what it accepts must be read rightly.

Each input is the text of a VCF, or a file that is packed already (bgzip, BCF). It is given to a
store as in `validation/hostile.py`: refused in one sentence with file and line, or accepted, and
then every answer is compared with plain Python. Whatever else happens is a finding, and libFuzzer
keeps the input. Kernels run as plain Python here, so that coverage sees into them.

atheris is no requirement of Kerne; an environment of its own holds it:

    uv venv .fuzz
    uv pip install --python .fuzz/bin/python -r requirements/development.txt atheris
    PYTHONPATH=src:validation .fuzz/bin/python validation/fuzz/genome_file.py -max_total_time=600

Other words are libFuzzer's: options, and folders of inputs beside `validation/fuzz/seeds`. New
inputs are kept in the first folder, or in a temporary one.
"""

import os
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SEEDS: Final = Path(__file__).parent / "seeds"
LARGEST_BYTES: Final = 20_000
PACKED: Final = b"\x1f\x8b"
MEMORY_FOLDER: Final = Path("/dev/shm")


def main(arguments: Sequence[str]) -> None:
    """Fuzz until libFuzzer ends."""
    os.environ.setdefault("NUMBA_DISABLE_JIT", "1")
    import atheris  # noqa: PLC0415  only here is it needed

    with atheris.instrument_imports(include=["kerne"]):
        from adversary.trial import Trial  # noqa: PLC0415  imported under instrumentation
        from fuzz.one_input import check, mutated  # noqa: PLC0415

    fast = MEMORY_FOLDER if MEMORY_FOLDER.is_dir() else None
    with tempfile.TemporaryDirectory(dir=fast) as directory:
        work = Path(directory)
        trial = Trial(work)

        def mutate(content: bytes, size_most: int, seed: int) -> bytes:
            rng = random.Random(seed)
            if content.startswith(PACKED) or rng.randrange(3) == 0:
                return bytes(atheris.Mutate(content, size_most))
            return mutated(content, rng)[:size_most]

        def try_one(content: bytes) -> None:
            check(trial, work, content)

        kept = work / "kept"
        kept.mkdir()
        folders = [word for word in arguments if not word.startswith("-")] or [str(kept)]
        options = [word for word in arguments if word.startswith("-")]
        command = [sys.argv[0], f"-max_len={LARGEST_BYTES}", *options, *folders, str(SEEDS)]
        atheris.Setup(command, try_one, custom_mutator=mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main(sys.argv[1:])
