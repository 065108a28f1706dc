"""What takes minutes: `.ci/slow` runs it."""
