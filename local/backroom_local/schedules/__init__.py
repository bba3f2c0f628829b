"""EventBridge Scheduler: the ticker that fires what is due. What expressions mean, backroom.watching says."""
