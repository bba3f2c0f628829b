"""What the demo does beside running a job: it loads the tenants, and shows and fetches what came of it."""
