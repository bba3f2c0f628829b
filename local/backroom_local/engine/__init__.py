"""What moto's engine of state machines lacks: JSONata, the casing of service calls, `.sync` of Batch that can be stopped."""
