"""What drives the core: real time with real processes, or a virtual clock with sampled durations."""
