"""Read files of published facts about genes and diseases, as their makers write them."""
