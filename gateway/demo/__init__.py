"""The demo: a fictional town, 花咲町, with its residents, their virtual cards and two services."""
