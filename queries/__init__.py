"""Questions that can be asked of the knowledge graph, and the answers to them."""
