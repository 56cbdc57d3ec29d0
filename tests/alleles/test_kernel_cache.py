"""Kept machine code: none outlives a change of any kernel."""

import subprocess
import sys
from pathlib import Path

import numba

from kerne.alleles import kernel, kernel_cache

CALLED = """from kerne.alleles.kernel import kernel

@kernel
def called(x: int) -> int:
    return x + {}
"""
CALLER = """import sys
from pathlib import Path

from kerne.alleles import kernel_cache
from kerne.alleles.kernel import kernel

kernel_cache.kernels_stamp = lambda: Path("called.py").read_bytes()
from called import called

@kernel
def caller(x: int) -> int:
    return called(x)

sys.stdout.write(str(caller(1)))
"""


def test_kept_machine_code__is_made_again_when_a_called_kernel_changes(tmp_path: Path) -> None:
    (tmp_path / "caller.py").write_text(CALLER)
    answers = []
    for added in (1, 1, 500):
        (tmp_path / "called.py").write_text(CALLED.format(added))
        command = [sys.executable, "caller.py"]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        answers.append(ended.stdout)
    assert answers == ["2", "2", "501"]


def test_every_kernel__is_kept_under_the_stamp_of_all() -> None:
    assert vars(numba.config)["CACHE_LOCATOR_CLASSES"] == kernel_cache.LOCATORS
    assert kernel_cache._Stamped().get_source_stamp() == kernel_cache.kernels_stamp()
    texts = list(kernel_cache._texts())
    assert Path(kernel.__file__).read_bytes() in texts


LOADER = """import sys

import numpy as np
from numba.core import compiler

from kerne.alleles.kernel import kernel

@kernel
def doubled(words):
    return words * 2

compiled = []
pipeline = compiler.CompilerBase.compile_extra
compiler.CompilerBase.compile_extra = lambda *a: compiled.append(a) or pipeline(*a)
for kind in sys.argv[1:]:
    words = np.arange(3, dtype=kind)
    answer = doubled(words).tolist()
    is_ready = "numba.np.linalg" in sys.modules
    sys.stdout.write(f"{answer} {bool(compiled)} {is_ready} {sys.getrefcount(words)};")
"""


def test_kept_machine_code__is_loaded_without_what_compiling_needs(tmp_path: Path) -> None:
    (tmp_path / "loader.py").write_text(LOADER)

    def run(*kinds: str) -> str:
        command = [sys.executable, "loader.py", *kinds]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return ended.stdout

    made, kept = "[0, 2, 4] True True 2;", "[0, 2, 4] False False 2;"
    assert run("int64") == made
    assert run("int64") == kept
    assert run("int64", "int32") == kept + made  # what is loaded first takes nothing from the other
    assert run("int32", "int64") == kept + kept


def test_kernels__lie_in_the_parts_whose_text_is_stamped() -> None:
    parts = {
        path.relative_to(kernel_cache._PACKAGE).parts[0]
        for path in kernel_cache._PACKAGE.rglob("*.py")
        if any(mark in path.read_bytes() for mark in kernel_cache._MARKS)
    }
    assert parts == set(kernel_cache._PARTS)


READER = """import sys
from pathlib import Path

from kerne.alleles.assembly import KERNIA1
from kerne.genomes.reading.chunks import open_chunks
from kerne.genomes.reading.intake import GenomeFile, IntakeRules

with open_chunks(GenomeFile(Path("a.vcf")), IntakeRules(KERNIA1, None, 20, 8)) as reading:
    calls = sum(len(chunk.code) for chunk in reading)
sys.stdout.write(f"{calls} {'numba.np.arrayobj' in sys.modules}")
"""
FILE = """##fileformat=VCFv4.2
##contig=<ID=chr1>
##FORMAT=<ID=GT,Number=1,Type=String,Description="g">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb
chr1\t100\t.\tA\tC\t.\t.\t.\tGT\t0/1\t1/1
"""


def test_reading_genomes__loads_nothing_that_numba_writes_in_python(tmp_path: Path) -> None:
    (tmp_path / "reader.py").write_text(READER)
    (tmp_path / "a.vcf").write_text(FILE)
    told = []
    for _ in range(2):  # the first may have to compile
        command = [sys.executable, "reader.py"]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        told.append(ended.stdout)
    assert told[-1] == "2 False"
