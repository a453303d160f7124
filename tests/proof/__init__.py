"""The promises under hostile schedules, real processes and real disks (promises.md A)."""
