"""The reachability atlas: which roles can be reached from each postcode district, in standard circumstances.

`places` and `circumstances` are what is asked about; `tasks` plans the distinct questions; `solve` answers them;
`run` does so here or on a Dask cluster and keeps what is done; `table` and `statements` write what comes out. See
docs/atlas.md.
"""
