"""The pathway engine: pure, over facts and whole numbers. Nothing here knows RDF, HTTP or the store."""
