"""Commands of the console, a room for each area; `api.cli` puts them together."""
