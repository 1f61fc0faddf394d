"""Builders and readers that tests share. Worlds are made inside the tests."""
