"""From template.yaml to resources: expanded as CloudFormation expands it, resolved, ordered, and created one by one."""
