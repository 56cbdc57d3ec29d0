"""A store, a resident process that answers for it in a thread, and the command line."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from click.testing import CliRunner, Result

from kerne.cli.genomes import genomes
from kerne.cli.resident.answering import Answering
from kerne.cli.resident.listener import Answer, Resident
from kerne.cli.resident.wire import Message
from kerne.cli.serve import serving_store
from kerne.genomes.freestanding import FreestandingGenomes
from kerne.genomes.keeping.upkeep import Upkeep
from kerne.genomes.reading.intake import GenomeFile, StoreRules
from kerne.genomes.watching import Watch

UPKEEP = Upkeep(1 << 20, is_tended=True)
LONG = "G" * 40
ROWS = [
    ("chr1", 10, "A", "C", ["0/1", "1/1"]),
    ("chr1", 20, LONG, "G", ["./1", "0/0"]),
    ("chrX", 3_000_000, "T", "A", ["1", "0/1"]),
]


def write_vcf(
    path: Path, samples: Sequence[str], rows: Sequence[tuple[str, int, str, str, Sequence[str]]]
) -> Path:
    """Write a VCF of genotypes; a row is contig, 1-based position, REF, ALT and genotypes."""
    head = "\t".join(("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT", *samples))
    lines = [
        "\t".join((contig, str(pos_1based), ".", ref, alt, ".", ".", ".", "GT", *genotypes))
        for contig, pos_1based, ref, alt, genotypes in rows
    ]
    path.write_text("\n".join(["##fileformat=VCFv4.2", head, *lines, ""]))
    return path


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(genomes, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def store(tmp_path: Path) -> Path:
    file = write_vcf(tmp_path / "one.vcf", ("a", "b"), ROWS)
    FreestandingGenomes(tmp_path / "store").add([GenomeFile(file)], StoreRules("GRCh38"))
    return tmp_path / "store"


@contextmanager
def resident(place: Path, answer: Answer) -> Iterator[Resident]:
    """Answer in a thread, as the process does."""
    served, ready = Resident(place, answer), Event()
    thread = Thread(target=served.serve, args=(ready.set,))
    thread.start()
    try:
        assert ready.wait(60)
        yield served
    finally:
        served.end()
        thread.join()


class Asked:
    """What a resident process was asked; answers as the store does."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.questions: list[str] = []

    def answer(self, asked: Message, watch: Watch) -> Message:
        """Answer, and remember the question."""
        self.questions.append(asked.said.get("question", ""))
        return self._answering.answer(asked, watch)


@pytest.fixture
def asked(store: Path) -> Iterator[Asked]:
    found = Asked(serving_store(store, UPKEEP)[0])
    with resident(store, found.answer):
        yield found
