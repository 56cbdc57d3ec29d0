"""Compare the chunks that the reader makes of a file with what plain Python reads in it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from adversary.naive import CARRIED, Call, Key, NaiveFile
from adversary.sequence import Stretch
from adversary.studies import Study, StudyFile
from kerne.alleles.assembly import GRCH38
from kerne.alleles.change import change_of
from kerne.alleles.sequence import ReferenceSequence
from kerne.genomes.calls import CODE_MASK, FIRST, SECOND, Code
from kerne.genomes.reading.chunk import UNTOLD, Chunk
from kerne.genomes.reading.chunks import open_chunks
from kerne.genomes.reading.intake import IntakeRules

Said = tuple[str, tuple[int, ...], int, int, int, int]
"""Code, haplotypes, DP, GQ, AD of REF and of the allele."""


def differences_of_reading(study: Study) -> Iterator[str]:
    """Say each difference in what the files of a study are read as; they need not be added."""
    sequence = None if study.fasta is None else ReferenceSequence(study.fasta)
    rules = IntakeRules(GRCH38, sequence, study.rules.min_gq or 0, study.rules.min_dp or 0)
    for file in study.files:
        yield from _differences(file, rules)
    if sequence is not None:
        sequence.close()


@dataclass(slots=True)
class _Read:
    """What the chunks of a file say, put together."""

    samples: tuple[str, ...]
    is_gvcf: bool
    mentions: Counter[Key] = field(default_factory=Counter)
    calls: dict[tuple[Key, int], list[Said]] = field(default_factory=dict)
    stretches: dict[int, list[Stretch]] = field(default_factory=dict)


def _differences(file: StudyFile, rules: IntakeRules) -> Iterator[str]:
    read = _read(file, rules)
    naive, name = file.naive, file.given.path.name
    if (read.samples, read.is_gvcf) != (naive.samples, file.is_gvcf):
        yield f"{name}: {read.samples}, gVCF {read.is_gvcf}"
    if read.mentions != {key: len(columns[0]) for key, columns in naive.told.items()}:
        yield f"{name}: alleles {read.mentions.keys() ^ naive.told.keys()}, or how often"
    for key, columns in naive.told.items():
        for sample, told in enumerate(columns):
            wanted = [_expected(naive, key, sample, call, file) for call in told]
            wanted = sorted(said for said in wanted if said[0])
            found = sorted(read.calls.get((key, sample), []))
            if file.is_gvcf:
                # One that was shifted out of its own record says more than silence there.
                found = [said for said in found if said[0] != "reference"]
            if found != wanted:
                yield f"{name}: {key} of {sample}: {found}, expected {wanted}"
    yield from _callable(read, file)


def _read(file: StudyFile, rules: IntakeRules) -> _Read:
    with open_chunks(file.given, rules) as reading:
        read = _Read(reading.samples, reading.is_gvcf)
        for chunk in reading:
            _take_calls(chunk, read)
            contig, stretches = GRCH38.contigs[chunk.contig].name, chunk.stretches
            columns = (stretches.column, stretches.start, stretches.end)
            for sample, start, end in zip(*(each.tolist() for each in columns), strict=True):
                read.stretches.setdefault(sample, []).append(Stretch(contig, start, end))
    return read


def _callable(read: _Read, file: StudyFile) -> Iterator[str]:
    samples = file.naive.samples
    ours = NaiveFile(
        samples, callable_in=[read.stretches.get(sample, []) for sample in range(len(samples))]
    )
    for sample in range(len(samples)):
        expected = file.naive.united(sample) if file.is_gvcf else {}
        if ours.united(sample) != expected:
            yield f"{file.given.path.name}: callable of {sample}: {ours.united(sample)}"


def _take_calls(chunk: Chunk, read: _Read) -> None:
    contig = GRCH38.contigs[chunk.contig].name
    for site, (position, change) in enumerate(
        zip(chunk.position.tolist(), chunk.change.tolist(), strict=True)
    ):
        key = Key(contig, position, *change_of(change, chunk.long))
        read.mentions[key] += 1
        for at in range(int(chunk.first[site]), int(chunk.first[site + 1])):
            code = int(chunk.code[at])
            haplotypes = tuple(number for number, bit in ((1, FIRST), (2, SECOND)) if code & bit)
            name = Code(code & CODE_MASK).name.lower().replace("_", " ")
            said = (name, haplotypes, *_fields(chunk, at))
            read.calls.setdefault((key, int(chunk.column[at])), []).append(said)


def _fields(chunk: Chunk, at: int) -> tuple[int, int, int, int]:
    fields = chunk.fields
    if fields is None:
        return (UNTOLD,) * 4
    columns = (
        fields.depth_reads,
        fields.quality,
        fields.reference_reads,
        fields.alternative_reads,
    )
    depth, quality, reference, alternative = (int(column[at]) for column in columns)
    return depth, quality, reference, alternative


def _expected(naive: NaiveFile, key: Key, sample: int, call: Call, file: StudyFile) -> Said:
    """Return a call as a chunk should have it; its code is empty when it should not."""
    said = call.said
    if said == "reference" and (
        file.is_gvcf or naive.is_callable(sample, key.contig, key.position)
    ):
        said = ""
    if said.removeprefix("weak ") not in CARRIED:
        return said, (), UNTOLD, UNTOLD, UNTOLD, UNTOLD
    numbers = (call.depth, call.quality, call.depth_reference, call.depth_alternative)
    depth, quality, reference, alternative = (
        UNTOLD if number is None else number for number in numbers
    )
    return said, call.haplotypes, depth, quality, reference, alternative
