"""The tests, in the order of the code that they mirror."""
