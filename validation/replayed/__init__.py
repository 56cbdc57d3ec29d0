"""Dated releases and invented patients, to replay what a reanalysis would have found."""
