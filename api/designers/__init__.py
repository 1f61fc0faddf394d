"""What curriculum designers and the skills team see: coverage, choices and change, on the wire and in the console."""
