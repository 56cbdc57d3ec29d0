"""Write BCF as VCF text, in a process of its own: `python -m kerne.genomes.reading.bcf`.

It reads standard input and writes standard output. The reader of BCF is htslib, which is not made
for hostile files: what it does to memory or to itself it does here.
"""

import resource
import sys
from typing import Final

import pysam.bcftools
from pysam.utils import SamtoolsError

MEMORY_BYTES_MOST: Final = 2 << 30


def main() -> int:
    """Convert, with the program's messages on standard error."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MOST, MEMORY_BYTES_MOST))
    try:
        pysam.bcftools.view("--no-version", "-Ov", "-", catch_stdout=False)
    except SamtoolsError as error:
        sys.stderr.write(str(error).replace("\\n", "\n"))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
