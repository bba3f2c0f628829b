"""similarity: of each product of a shop those that are most like it, by a model that several shops share."""
