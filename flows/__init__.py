"""Prefect, and only here; the stages as plain functions; the command line."""
