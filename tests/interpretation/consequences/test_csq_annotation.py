from kerne.alleles.allele import Allele
from kerne.interpretation.consequences.csq_annotation import parse_output


def test_back_reference__is_followed_to_the_record_that_holds_the_allele() -> None:
    rows = (
        ("211", "T", "A", "missense|PLUS|TX1.1|protein_coding|+|21W>21K|211T>A+212G>A"),
        ("212", "G", "A", "@211,intron|PLUS|TX2||protein_coding"),
        ("213", "G", "T", "@211"),
    )
    text = "##x\n#CHROM\n" + "".join(
        f"chr1\t{at}\t.\t{ref}\t{alt}\t.\t.\tDP=1;BCSQ={found}\n" for at, ref, alt, found in rows
    )
    found = parse_output(text + "chr1\t300\t.\tA\tC\t.\t.\t.\n")
    first, second, third = (
        Allele("chr1", at, ref, alt)
        for at, ref, alt in ((210, "T", "A"), (211, "G", "A"), (212, "G", "T"))
    )
    assert found[second][0].together_with == (first,)
    assert found[second][0].amino_acids == "21W>21K"
    assert [each.terms for each in found[second]] == [("missense",), ("intron",)]
    assert found[third] == ()
    assert found[Allele("chr1", 299, "A", "C")] == ()
