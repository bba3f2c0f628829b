"""Tells tenants by e-mail what became of their part of a run."""
