"""AWS Batch's REST API over the core: validation, AWS's rules, AWS's errors, AWS's documents."""
