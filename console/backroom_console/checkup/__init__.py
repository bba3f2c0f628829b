"""Whether a stack is well: each check a line, with the way out. `judging` is pure, `examining` asks."""
