"""SQLite: the tables are the queue, the archive and what Datasette shows."""
