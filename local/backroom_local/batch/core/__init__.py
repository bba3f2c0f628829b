"""The pure core of the Batch simulator: a discrete-event scheduler without HTTP, processes, threads or a clock."""
