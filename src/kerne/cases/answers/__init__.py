"""The answer as it leaves the house: a report in two languages and every form, signed."""
