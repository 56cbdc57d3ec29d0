"""Make files bad: one change to the text of a VCF, or to the blocks that it is packed in.

Each mutation takes bytes and gives bytes. Many leave a file that is still good; what is then read
from it is compared with the truth about that very file.

References
----------
VCF 4.4 §1; SAM 1.6 §4.1 (BGZF); BCF 2.2 (VCF 4.4 §6).
"""

import random
import struct
import zlib
from collections.abc import Callable
from typing import Final

Mutation = Callable[[bytes, random.Random], bytes]

NASTY: Final = (
    *(b"", b".", b"-1", b"0", b"+1", b"01", b"2147483647", b"2147483648", b"4294967296"),
    *(b"9" * 30, b"1e9", b"1.5", b"NaN", b"inf", b"0x10", b"1_000", "٣".encode(), "²".encode()),
    *(b"\0", b"0/1\0", b"\xff\xfe", "é".encode(), b" ", b"0/1 ", b"\x1a", b"\x7f", b"\r"),
    *(b"A" * 70_000, b"AN", b"R", b"acgt", b"*", b"**", b"<", b"<DEL", b">", b"<>", b"A,", b",A"),
    *(b"A,A", b"]", b"G]17:198982]", b"A.", b"<NON_REF>", b"<*>", b",".join([b"C"] * 3000)),
    *(b"0/0/0", b"/", b"|", b"0|", b"|0", b"0//1", b"-1/0", b"0/-1", b"./", b"0/1/", b"0\\1"),
    *(b"0/32767", b"0/32768", b"0/65536", b"0/4294967297", b"255/0", b"0:0/1", b"0/1:" * 300),
    *(b"GT:GT", b"DP:GT", b"gt", b":", b"::", b"GT:", b"GT:DP:GQ:AD:DP", b"GT\tGT"),
    *(b"END=0", b"END=-5", b"END=", b"END=abc", b"END=1", b"END=999999999999", b"END=5;END=9"),
    *(b"chr", b"chr0", b"chr99", b"chr1 ", b"CHR1", b"NC_000001.10", b"HLA-A*01:01", b"M"),
)
"""What stands in a column where it does not belong."""


def flip_bits(content: bytes, rng: random.Random) -> bytes:
    """Flip one to eight bits anywhere."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut_short(content: bytes, rng: random.Random) -> bytes:
    """End the bytes anywhere."""
    return content[: rng.randrange(len(content))]


def cut_out(content: bytes, rng: random.Random) -> bytes:
    """Take some bytes out."""
    at = rng.randrange(len(content))
    return content[:at] + content[at + rng.choice((1, 2, 20, 500)) :]


def put_in(content: bytes, rng: random.Random) -> bytes:
    """Put some bytes in: random ones, some from elsewhere, or what no text holds."""
    at, start = rng.randrange(len(content)), rng.randrange(len(content))
    more = rng.choice(
        (rng.randbytes(3), content[start : start + 40], b"\0", b"\t", b"\n", b"\r\n", b"\n\n", b":")
    )
    return content[:at] + more + content[at:]


def repeat(content: bytes, rng: random.Random) -> bytes:
    """Let some bytes, or all, stand twice."""
    if rng.randrange(4) == 0:
        return content + content
    start = rng.randrange(len(content))
    piece = content[start : start + rng.choice((1, 100, 3000))]
    return content[:start] + piece + content[start:]


def replace_column(content: bytes, rng: random.Random) -> bytes:
    """Let something nasty stand in one column of one record."""
    lines, at = _some_record(content, rng)
    columns = lines[at].split(b"\t")
    columns[rng.randrange(len(columns))] = rng.choice(NASTY)
    lines[at] = b"\t".join(columns)
    return b"\n".join(lines)


def replace_value(content: bytes, rng: random.Random) -> bytes:
    """Let something nasty stand for one value of one sample."""
    lines, at = _some_record(content, rng)
    columns = lines[at].split(b"\t")
    column = rng.randrange(min(9, len(columns) - 1), len(columns))
    values = columns[column].split(b":")
    values[rng.randrange(len(values))] = rng.choice(NASTY)
    columns[column] = b":".join(values)
    lines[at] = b"\t".join(columns)
    return b"\n".join(lines)


def move_columns(content: bytes, rng: random.Random) -> bytes:
    """Drop, double or swap columns of one record."""
    lines, at = _some_record(content, rng)
    columns = lines[at].split(b"\t")
    one, other = rng.randrange(len(columns)), rng.randrange(len(columns))
    match rng.randrange(3):
        case 0:
            del columns[one]
        case 1:
            columns.insert(other, columns[one])
        case _:
            columns[one], columns[other] = columns[other], columns[one]
    lines[at] = b"\t".join(columns)
    return b"\n".join(lines)


def move_lines(content: bytes, rng: random.Random) -> bytes:
    """Drop, double, swap or empty lines, of the header too."""
    lines = content.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    match rng.randrange(4):
        case 0:
            del lines[one]
        case 1:
            lines.insert(other, lines[one])
        case 2:
            lines[one], lines[other] = lines[other], lines[one]
        case _:
            lines.insert(one, b"")
    return b"\n".join(lines)


def lie_in_header(content: bytes, rng: random.Random) -> bytes:
    """Let the header say what is not so."""
    old, new = rng.choice(_LIES)
    return content.replace(old, new, 1)


_LIES: Final = (
    (b"##fileformat=VCFv4.2", b"##fileformat=VCFv9.9"),
    (b"##fileformat=VCFv4.2", b"\xef\xbb\xbf##fileformat=VCFv4.2"),
    (b"##fileformat=VCFv4.2\n", b""),
    (b"length=248956422", b"length=249250621"),
    (b"length=248956422", b"length=-1"),
    (b"length=248956422", b"length=" + b"9" * 5000),
    (b"length=248956422", "length=²".encode()),
    (b"##contig=<", b'##contig=<Description="'),
    (b"#CHROM", b"#chrom"),
    (b"\tFORMAT\t", b"\tFORMAT\tghost\t"),
    (b"\tFORMAT\t", b"\tFORMAT\t\t"),
    (b"\tFORMAT\t", b"\tINFO\t"),
    (b"\tFORMAT\t", b"\tFORMAT\theld\t"),
    (b"#CHROM\tPOS", b"#CHROM POS"),
    (b"\n#CHROM", b"\n#CHROM\n#CHROM"),
    (b"\n#CHROM", b"\n##" + b"x" * 300_000 + b"\n#CHROM"),
    (b"\n#CHROM", b"\n" + b"##x=y\n" * 20_000 + b"#CHROM"),
    (b"##FORMAT=<ID=GT", b"##FORMAT=<ID=GT,ID=DP"),
    (b"ID=chr", b"ID=chr1,ID=chr"),
)

TEXT_MUTATIONS: Final[tuple[Mutation, ...]] = (
    *(flip_bits, cut_short, cut_out, put_in, repeat, replace_column, replace_value),
    *(replace_column, replace_value, move_columns, move_lines, lie_in_header),
)

# --- the blocks of bgzip ----------------------------------------------------------------------

_HEADER: Final = bytes.fromhex("1f8b08040000000000ff0600424302 00".replace(" ", ""))
BLOCK_END: Final = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
BLOCK_BYTES: Final = 60_000


def blocks_of(text: bytes, size: int = BLOCK_BYTES) -> list[bytes]:
    """Return the bgzip blocks of a text, without the last empty one."""
    return [block_of(text[at : at + size]) for at in range(0, len(text), size)]


def block_of(
    text: bytes,
    *,
    crc: int | None = None,
    size: int | None = None,
    block_size: int | None = None,
    level: int = 6,
) -> bytes:
    """Pack one block; what is given is written though it is not so."""
    packer = zlib.compressobj(level, zlib.DEFLATED, -15)
    packed = packer.compress(text) + packer.flush()
    whole = len(_HEADER) + 2 + len(packed) + 8
    told = (whole - 1 if block_size is None else block_size) & 0xFFFF
    check = zlib.crc32(text) if crc is None else crc
    told_size = (len(text) if size is None else size) & 0xFFFFFFFF
    return _HEADER + struct.pack("<H", told) + packed + struct.pack("<II", check, told_size)


def lie_in_block(text: bytes, rng: random.Random) -> bytes:
    """Pack a text with one block that says a wrong size, checksum or length."""
    blocks = blocks_of(text, rng.choice((200, 1000, BLOCK_BYTES)))
    at = rng.randrange(len(blocks))
    piece = zlib.decompress(blocks[at][len(_HEADER) + 2 :], -15)
    lie = rng.choice((0, 1, len(piece) + 1, 0xFFFF, 0xFFFFFFFF))
    blocks[at] = rng.choice(
        (block_of(piece, crc=lie), block_of(piece, size=lie), block_of(piece, block_size=lie))
    )
    return b"".join(blocks) + BLOCK_END


def disorder_blocks(text: bytes, rng: random.Random) -> bytes:
    """Pack a text and drop, double, swap or end blocks where they should not be."""
    blocks = blocks_of(text, rng.choice((100, 700)))
    one, other = rng.randrange(len(blocks)), rng.randrange(len(blocks))
    match rng.randrange(6):
        case 0:
            del blocks[one]
        case 1:
            blocks.insert(other, blocks[one])
        case 2:
            blocks[one], blocks[other] = blocks[other], blocks[one]
        case 3:
            blocks.insert(one, BLOCK_END)
        case 4:
            return b"".join(blocks)
        case _:
            blocks.append(rng.randbytes(rng.choice((1, 18, 40))))
    return b"".join(blocks) + BLOCK_END


def damage_packed(text: bytes, rng: random.Random) -> bytes:
    """Pack a text and damage the packed bytes."""
    packed = b"".join(blocks_of(text)) + BLOCK_END
    damage = rng.choice((flip_bits, flip_bits, cut_short, cut_out, put_in))
    return damage(packed, rng)


def pack_otherwise(text: bytes, rng: random.Random) -> bytes:
    """Pack a text by gzip, twice, not at all below the header, or with a field more."""
    packed = b"".join(blocks_of(text)) + BLOCK_END
    match rng.randrange(4):
        case 0:
            packer = zlib.compressobj(wbits=31)
            return packer.compress(text) + packer.flush()
        case 1:
            return b"".join(blocks_of(packed)) + BLOCK_END
        case 2:
            return packed[: len(packed) // 2] + text
        case _:
            return packed[:3] + bytes([rng.randrange(256)]) + packed[4:]


PACKED_MUTATIONS: Final[tuple[Mutation, ...]] = (
    *(lie_in_block, disorder_blocks, damage_packed, damage_packed, pack_otherwise),
)


def _some_record(content: bytes, rng: random.Random) -> tuple[list[bytes], int]:
    """Return the lines and which of them is changed; the header's last when there is no record."""
    lines = content.split(b"\n")
    records = [at for at, line in enumerate(lines) if line and not line.startswith(b"#")]
    return lines, rng.choice(records) if records else len(lines) - 1
