"""What earlier builds leave for the next: records of what each output came from, and the outputs themselves."""
