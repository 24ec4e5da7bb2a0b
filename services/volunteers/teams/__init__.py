"""Teams: groups of hobby and of service, who leads them and who belongs to them. `possible`: who may do what now."""
