"""The twin's front: one loopback port that answers for every AWS service it has."""
