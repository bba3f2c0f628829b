"""The command line over the records of runs, the same on AWS and on the local twin."""
