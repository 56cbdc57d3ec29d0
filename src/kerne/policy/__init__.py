"""The law as text: rules in Cedar, one folder a country, that say who may do what and why not."""
