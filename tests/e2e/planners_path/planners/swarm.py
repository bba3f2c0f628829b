"""Plans a job whose containers do nothing, so that there can be very many of them."""

from planners.probe import planner as planner
