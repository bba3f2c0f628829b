"""What no linter finds in a state machine, by botocore's models and the template: `python -m scripts.checks`."""
