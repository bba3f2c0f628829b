"""What is looked at beside the runs, so that somebody is told: schedules that started nothing, queues that stand."""
