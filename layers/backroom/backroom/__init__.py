"""Backroom's runtime library: planning, recording and the worker, used by functions and containers."""
