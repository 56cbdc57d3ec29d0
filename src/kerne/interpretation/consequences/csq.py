"""Run `bcftools csq` in a process of its own: `python -m` this module with its arguments.

The program keeps state from one run to the next in a process (a file that begins before the last
one ended is called unsorted), is not made for threads, and leaves the process on some errors.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pysam.bcftools
from pysam.utils import SamtoolsError

from kerne.errors import InterpretationError


@dataclass(frozen=True, slots=True)
class CsqOutput:
    """The annotated VCF, and the program's warnings in their order."""

    vcf_text: str
    warnings: tuple[str, ...]


def run_csq(arguments: list[str], directory: Path) -> CsqOutput:
    """Run `bcftools csq` with `arguments`; its output is kept in `directory` meanwhile.

    Raises
    ------
    InterpretationError
        It failed; the message is the program's own.
    """
    annotated = directory / "annotated.vcf"
    command = [
        sys.executable,
        "-m",
        "kerne.interpretation.consequences.csq",
        "--output",
        str(annotated),
    ]
    ended = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
    messages = ended.stderr.splitlines()
    if ended.returncode != 0:
        reasons = (line for line in messages if line.startswith("Error"))
        raise InterpretationError(f"`bcftools csq` failed: {next(reasons, 'it gave no reason')}")
    warnings = tuple(line for line in messages if line.startswith("Warning"))
    return CsqOutput(annotated.read_text(encoding="utf-8"), warnings)


def main(arguments: list[str]) -> int:
    """Run the program in this process, with its messages on standard error."""
    try:
        pysam.bcftools.csq(*arguments, catch_stdout=False)
    except SamtoolsError as error:
        sys.stderr.write(str(error).replace("\\n", "\n"))
        return 1
    messages = pysam.bcftools.csq.get_messages()  # type: ignore[no-untyped-call]  # pysam's stubs
    sys.stderr.write(str(messages or ""))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
