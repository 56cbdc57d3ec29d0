"""Genotypes as VCF Zarr: arrays in chunks, in a directory.

References
----------
VCF Zarr specification 0.4, https://github.com/sgkit-dev/vcf-zarr-spec.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from kerne import __version__
from kerne.genomes.allele_list import listed
from kerne.genomes.asking.matrix import GenotypeBlock
from kerne.genomes.exporting.content import Content, library_of

VERSION: Final = "0.4"
ALLELES_A_CHUNK: Final = 1_000
SAMPLES_A_CHUNK: Final = 10_000
_PER_ALLELE: Final = (
    "variant_contig",
    "variant_position",
    "variant_length",
    "variant_allele",
    "variant_id",
    "variant_quality",
    "variant_filter",
    "call_genotype",
    "call_genotype_phased",
)
_DIMENSIONS: Final = {
    "variant_allele": ("variants", "alleles"),
    "variant_filter": ("variants", "filters"),
    "call_genotype": ("variants", "samples", "ploidy"),
    "call_genotype_phased": ("variants", "samples"),
}

Columns = dict[str, NDArray[Any]]  # Any: arrays of several types


def write_zarr(path: Path, content: Content, blocks: Iterable[GenotypeBlock]) -> None:
    """Write genotypes as VCF Zarr into the directory `path`.

    Raises
    ------
    GenomeError
        zarr is not installed.
    """
    group = library_of("zarr").open_group(str(path), mode="w", zarr_format=2)
    group.attrs.update({"vcf_zarr_version": VERSION, "source": f"Kerne {__version__}"})
    _write_whole(group, content)
    alleles = content.count_alleles()
    for name, example in _columns_1based(_no_block(content)).items():
        _create(group, name, (alleles, *example.shape[1:]), example.dtype)
    at = 0
    for columns in _by_chunks(_columns_1based(block) for block in blocks):
        size = len(columns["variant_contig"])
        for name, values in columns.items():
            group[name][at : at + size] = values
        at += size


def _write_whole(group: Any, content: Content) -> None:  # Any: zarr's own, imported late
    contigs = content.assembly.contigs
    whole = {
        ("contig_id", "contigs"): [each.name for each in contigs],
        ("filter_id", "filters"): ["PASS"],
        ("sample_id", "samples"): list(content.samples),
    }
    for (name, dimension), texts in whole.items():
        array = group.create_array(
            name,
            shape=(len(texts),),
            dtype=str,
            chunks=(max(1, min(len(texts), SAMPLES_A_CHUNK)),),
            attributes={"_ARRAY_DIMENSIONS": [dimension]},
        )
        array[:] = np.array(texts, dtype=np.dtypes.StringDType())
    if all(each.length_bp is not None for each in contigs):
        lengths = np.array([each.length_bp for each in contigs], dtype=np.int64)
        _create(group, "contig_length", lengths.shape, lengths.dtype, ("contigs",))[:] = lengths


def _create(
    group: Any,  # Any: zarr's own, imported late
    name: str,
    shape: tuple[int, ...],
    dtype: Any,  # Any: numpy's type of types
    dimensions: tuple[str, ...] | None = None,
) -> Any:  # Any: zarr's own
    chunks = [ALLELES_A_CHUNK, SAMPLES_A_CHUNK, *shape][: len(shape)]
    if len(shape) == 3:  # noqa: PLR2004  with a ploidy
        chunks[2] = shape[2]
    bounded = tuple(max(1, min(pair)) for pair in zip(chunks, shape, strict=True))
    is_text = np.dtype(dtype).kind == "T"
    named = dimensions or _DIMENSIONS.get(name, ("variants",))
    return group.create_array(
        name,
        shape=shape,
        dtype=str if is_text else dtype,
        chunks=bounded,
        attributes={"_ARRAY_DIMENSIONS": list(named)},
    )


def _no_block(content: Content) -> GenotypeBlock:
    names = tuple(each.name for each in content.assembly.contigs)
    samples = len(content.samples)
    genotypes = np.empty((0, samples, 2), dtype=np.int8)
    return GenotypeBlock(
        listed([], names), content.samples, genotypes, np.empty((0, samples), dtype=np.bool_)
    )


def _columns_1based(block: GenotypeBlock) -> Columns:
    alleles = block.alleles
    size = len(alleles)
    text = np.dtypes.StringDType()
    reference, alternative = alleles.reference.tolist(), alleles.alternative.tolist()
    pairs = list(zip(reference, alternative, strict=True))
    return {
        "variant_contig": alleles.rank.astype(np.int16),
        "variant_position": (alleles.position.astype(np.int64) + 1).astype(np.int32),
        "variant_length": np.array([len(each) for each in reference], dtype=np.int32),
        "variant_allele": np.array(pairs, dtype=text).reshape(size, 2),
        "variant_id": np.full(size, ".", dtype=text),
        "variant_quality": np.full(size, _missing_float(), dtype=np.float32),
        "variant_filter": np.zeros((size, 1), dtype=np.bool_),
        "call_genotype": block.genotypes,
        "call_genotype_phased": block.phased,
    }


def _missing_float() -> np.float32:
    """Return the missing value of BCF and of VCF Zarr: a NaN of its own."""
    missing: np.float32 = np.array([0x7F800001], dtype=np.uint32).view(np.float32)[0]
    return missing


def _by_chunks(parts: Iterable[Columns]) -> Iterator[Columns]:
    """Cut columns anew, so that each chunk of the arrays is written once."""
    waiting: list[Columns] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part["variant_contig"])
        if size >= ALLELES_A_CHUNK:
            joined = _joined(waiting)
            cut = size - size % ALLELES_A_CHUNK
            yield {name: values[:cut] for name, values in joined.items()}
            waiting = [{name: values[cut:] for name, values in joined.items()}]
            size -= cut
    if size:
        yield _joined(waiting)


def _joined(parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) for name in _PER_ALLELE}
