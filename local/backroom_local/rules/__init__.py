"""EventBridge's rules: events matched, transformed and delivered to targets that are really called."""
