"""What a workload costs as documents."""
