"""The skills watch on the wire, as tables and charts, and for the console."""
