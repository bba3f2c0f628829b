"""What moto's engine of state machines lacks: JSONata, the casing of service calls, a `.sync` that can be stopped."""
