"""What moto's engine of state machines lacks: JSONata, the casing of service calls, a `.sync` that can be stopped."""

from backroom_local.engine.light import import_states_of_jobs

import_states_of_jobs()
