"""Activities and the series they recur in: seats, waiting lists, staffing and attendance."""
