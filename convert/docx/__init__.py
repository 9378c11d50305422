"""What Word needs and pandoc does not write."""
