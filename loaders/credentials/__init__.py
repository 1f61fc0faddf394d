"""Credentials and pathways from elsewhere: graph-shaped files (CTDL, ELM) read offline into the terms of the graph.

`json_text` reads JSON that may be damaged, `linked` makes nodes of JSON-LD and Turtle, `conditions` turns conditions
into requirements and back, `measures` credits and levels into ours; `ctdl` and `elm` say what becomes what.
"""
