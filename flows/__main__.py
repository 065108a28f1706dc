"""`python -m flows` is the console command, where it is not installed."""

from flows.cli import main

main()
