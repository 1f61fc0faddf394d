"""Datasets as files become statements of the graph, and every fault in them becomes an issue.

`loaders.runner.load_all` is the way in. Everything is driven by the column dictionary in `ontology/tables`.
"""
