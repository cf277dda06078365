"""What a team's workload costs, month by month."""
