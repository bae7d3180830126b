"""One service calls another for a resident: only as they agreed, and neither can compare them."""
