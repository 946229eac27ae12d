"""One run: files to read, stages in memory, store, executors, and outputs put into place together."""
