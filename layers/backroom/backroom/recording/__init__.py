"""What came of a wave: the containers' results, Batch's lists and the manifest brought together, once."""
