"""Plans a job of three stages, whose items are those that the run's parameters name."""

from planners.probe import planner as planner
