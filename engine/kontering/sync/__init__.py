"""Reading, planning and delivering: the one way from a source's record to a booked document."""
