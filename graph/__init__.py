"""The knowledge graph as a thing that is modelled, built, checked, published and opened."""
