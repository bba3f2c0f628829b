"""Lambda functions, run from their source in warm Python processes."""
