"""What `backroom new job` writes: a job's folder, planner, rows, event and test."""
