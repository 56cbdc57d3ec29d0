"""Write VCF Zarr as VCF text, in a process of its own: `python -m kerne.genomes.reading.zarr_text`.

It reads the directory that it is given and writes standard output, a chunk of records at a time. So
VCF Zarr goes through the same checks, and has the same normal form, as every other genome file; and
what the decompressors of a hostile file do to memory, they do here.

References
----------
VCF Zarr specification 0.4, https://github.com/sgkit-dev/vcf-zarr-spec.
"""

import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEMORY_BYTES_MOST: Final = 4 << 30
CELLS_MOST: Final = 1 << 22
"""Genotypes that are spelled out together."""

UNCALLED: Final = -1
FILL: Final = -2
PLOIDY_MOST: Final = 2
TABLE_MOST: Final = 1 << 22
FIELDS: Final = ("DP", "AD", "GQ", "MIN_DP")
NEEDED: Final = (
    "contig_id", "sample_id", "variant_contig", "variant_position", "variant_allele",
    "call_genotype",
)  # fmt: skip


class ZarrTextError(Exception):
    """The directory cannot be read as VCF Zarr."""


@dataclass(frozen=True, slots=True)
class _Names:
    contigs: list[str]
    samples: list[str]


def write_text(path: str, out: BinaryIO) -> None:
    """Write a VCF Zarr as VCF.

    Raises
    ------
    ZarrTextError
        It is none.
    """
    import zarr  # noqa: PLC0415  an extra

    group: Any = zarr.open_group(path, mode="r")  # Any: its arrays are not told from its groups
    _check(group)
    names = _Names(_texts(group, "contig_id"), _texts(group, "sample_id"))
    out.write(_header(group, names).encode())
    if not names.samples:
        return
    calls = group["call_genotype"]
    step = max(1, min(int(calls.chunks[0]), CELLS_MOST // len(names.samples)))
    for start in range(0, calls.shape[0], step):
        out.writelines(_records(group, names, slice(start, start + step)))


def _check(group: Any) -> None:  # Any: zarr's own, imported late
    if not str(group.attrs.get("vcf_zarr_version", "")).startswith("0."):
        raise ZarrTextError("it has no `vcf_zarr_version` that is known, expected `0.4`")
    for name in NEEDED:
        if name not in group:
            raise ZarrTextError(f"it has no array `{name}`")
    records, samples, ploidy = _shape(group, "call_genotype", 3)
    if ploidy not in range(1, PLOIDY_MOST + 1):
        raise ZarrTextError(f"a ploidy of `{ploidy}`, expected one or two")
    by_record = {"variant_contig", "variant_position", "variant_allele", "variant_length"}
    by_call = {"call_genotype_phased", *(f"call_{name}" for name in FIELDS)}
    expected: dict[str, tuple[int, ...]] = {"sample_id": (samples,)}
    expected |= dict.fromkeys(by_record, (records,)) | dict.fromkeys(by_call, (records, samples))
    for name in expected.keys() & set(group.array_keys()):
        shape = tuple(group[name].shape)
        if shape[: len(expected[name])] != expected[name]:
            raise ZarrTextError(f"array `{name}` does not have the shape of `call_genotype`")
    _shape(group, "variant_allele", 2)


def _shape(group: Any, name: str, dimensions: int) -> tuple[int, ...]:  # Any: zarr's own
    shape: tuple[int, ...] = tuple(group[name].shape)
    if len(shape) != dimensions:
        raise ZarrTextError(f"array `{name}` has `{len(shape)}` dimensions, not `{dimensions}`")
    return shape


def _texts(group: Any, name: str) -> list[str]:  # Any: zarr's own
    return [_checked(str(each), name) for each in group[name][:]]


def _checked(text: str, name: str, *, may_hold_spaces: bool = True) -> str:
    """Check that a text is one field of a line."""
    parts = text.split(" ") if may_hold_spaces else [text]
    if not text or not all(each.isprintable() and not each.isspace() for each in parts):
        raise ZarrTextError(f"a text of `{name}` is empty or holds what no field can")
    return text


def _header(group: Any, names: _Names) -> str:  # Any: zarr's own
    lengths = group["contig_length"][:].tolist() if "contig_length" in group else []
    lines = ["##fileformat=VCFv4.4"]
    for at, contig in enumerate(names.contigs):
        length = f",length={lengths[at]}" if at < len(lengths) and lengths[at] > 0 else ""
        lines.append(f"##contig=<ID={contig}{length}>")
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
    lines.append("\t".join([fixed, "FORMAT", *names.samples] if names.samples else [fixed]))
    return "".join(f"{line}\n" for line in lines)


def _records(group: Any, names: _Names, inside: slice) -> Iterator[bytes]:  # Any: zarr's own
    contigs = group["variant_contig"][inside].tolist()
    positions = group["variant_position"][inside].tolist()
    alleles = group["variant_allele"][inside].tolist()
    lengths = [0] * len(contigs)
    if "variant_length" in group:
        lengths = group["variant_length"][inside].tolist()
    calls = _spelled(group, inside)
    fields = [name for name in FIELDS if f"call_{name}" in group]
    values = [_values(group[f"call_{name}"][inside]) for name in fields]
    form = ":".join(["GT", *fields])
    for at, (contig, position, texts, length) in enumerate(
        zip(contigs, positions, alleles, lengths, strict=True)
    ):
        if not 0 <= contig < len(names.contigs):
            raise ZarrTextError(f"record `{inside.start + at + 1}` is on contig `{contig}` of none")
        place = _place(position, texts, length)
        cells = calls[at]
        if values:
            told = zip(cells, *(value[at] for value in values), strict=True)
            cells = [":".join(cell) for cell in told]
        line = "\t".join([names.contigs[contig], place, form, *cells])
        yield f"{line}\n".encode()


def _place(position: int, texts: Sequence[str], length: int) -> str:
    """Return the columns from POS to INFO of a record."""
    reference, *others = (
        _checked(str(each), "variant_allele", may_hold_spaces=False) for each in texts if each
    )
    info = f"END={position + length - 1}" if length > len(reference) else "."
    return f"{position}\t.\t{reference}\t{','.join(others) or '.'}\t.\t.\t{info}"


def _spelled(group: Any, inside: slice) -> list[list[str]]:  # Any: zarr's own
    """Return the genotypes as texts, by record."""
    alleles = np.asarray(group["call_genotype"][inside]).astype(np.int64)
    if alleles.min(initial=0) < FILL:
        raise ZarrTextError(f"an allele of a genotype is below `{FILL}`")
    first = alleles[..., 0]
    second = alleles[..., 1] if alleles.shape[-1] == PLOIDY_MOST else np.full_like(first, FILL)
    phased = np.zeros(first.shape, dtype=np.int64)
    if "call_genotype_phased" in group:
        phased = np.asarray(group["call_genotype_phased"][inside]).astype(np.int64)
    base = int(alleles.max(initial=0)) - FILL + 1
    codes = ((first - FILL) * base + (second - FILL)) * 2 + phased
    if 2 * base * base > TABLE_MOST:
        raise ZarrTextError(f"a genotype has allele `{base + FILL - 1}`")
    table = np.empty(2 * base * base, dtype=np.object_)
    for code in np.flatnonzero(np.bincount(codes.ravel(), minlength=1)).tolist():
        pair, is_phased = divmod(code, 2)
        table[code] = _genotype(pair // base + FILL, pair % base + FILL, is_phased=bool(is_phased))
    spelled: list[list[str]] = table[codes].tolist()
    return spelled


def _genotype(first: int, second: int, *, is_phased: bool) -> str:
    texts = ["." if each == UNCALLED else str(each) for each in (first, second) if each != FILL]
    return ("|" if is_phased else "/").join(texts) or "."


def _values(array: Any) -> list[list[str]]:  # Any: numbers of any type
    """Return FORMAT values as texts, by record; those of one sample with commas between."""
    values: NDArray[Any] = np.asarray(array)  # Any: numbers of any type
    by_sample = values if values.ndim > 2 else values[..., np.newaxis]  # noqa: PLR2004
    return [
        [",".join(_number(each) for each in cell if each != FILL) or "." for cell in record]
        for record in by_sample.tolist()
    ]


def _number(value: float) -> str:
    return "." if value == UNCALLED or value != value else f"{value:.10g}"  # noqa: PLR0124  a NaN


def main() -> int:
    """Convert, with what is wrong on standard error."""
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MOST, MEMORY_BYTES_MOST))
        write_text(sys.argv[1], sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except ModuleNotFoundError:
        sys.stderr.write("Error: `zarr` is not installed: it is of the extra `export`\n")
    except ZarrTextError as error:
        sys.stderr.write(f"Error: {error}\n")
    except Exception as error:  # noqa: BLE001  of a library on a hostile file anything may come
        sys.stderr.write(f"Error: an array cannot be read ({type(error).__name__})\n")
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
