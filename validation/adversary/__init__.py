"""The adversary of the genome database: files made to be misread, and the truth about them."""
