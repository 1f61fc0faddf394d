"""Curriculum against roles: what is taught, by whom, under which choices, and the smallest change that closes a gap."""
