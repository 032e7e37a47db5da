"""All Dagster code, thin: assets, checks, resources, jobs, schedules and sensors. No logic."""
