"""SPARQL for strangers: what may be asked, the processes that answer it, and how answers are written."""
