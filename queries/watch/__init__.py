"""The skills watch: what adverts and employers ask for, against what is taught, and how long each gap has stood."""
