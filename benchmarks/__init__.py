"""What takes how long, beside a floor that does the same work without our code. See README.md."""
