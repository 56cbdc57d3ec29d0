"""The only way to personal data: it decides, records, and only then lets the work be done."""
