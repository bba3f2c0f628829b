"""What no linter finds in a template and its state machine, also by botocore's models: `python -m scripts.checks`."""
