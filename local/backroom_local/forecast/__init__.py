"""The forecast: portions that are yet to run, on the virtual clock of the Batch simulator."""
