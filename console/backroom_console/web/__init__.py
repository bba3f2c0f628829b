"""The web console: pages over the reader that the command line uses. They change nothing unless told that they may."""
