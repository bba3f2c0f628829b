"""EventBridge Scheduler: expressions as pure functions of time, and the ticker that fires what is due."""
