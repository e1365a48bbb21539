"""How long tests wait for something that normally takes a moment."""

# Seconds. A busy machine is slow, and a test that waits too short fails for no reason.
PATIENCE_S = 180
