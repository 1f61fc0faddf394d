"""What goes over the wire. Outputs have no defaults: every field is always there, and null means *not known*."""
