"""What judges the project beside its tests: `python -m scripts.gates`. docs/gates.md"""
