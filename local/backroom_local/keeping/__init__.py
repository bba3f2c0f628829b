"""What outlives the twin's process: objects, items and executions, written through to SQLite as they change.

docs/adr/0005-state-between-runs.md says why so, and what is not kept.
"""
