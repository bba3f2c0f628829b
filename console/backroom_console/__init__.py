"""The operators' view: the command line over the run records, the same on AWS and on the local twin."""
