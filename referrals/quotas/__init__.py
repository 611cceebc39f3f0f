"""How many places a programme has at the district, who holds them, and who waits for one."""
