"""Pages for people: the layout that they share, how they are rendered, and what browsers load."""
