"""What a model sees of a ride."""


def distance(ride):
    """Return the length of the ride in kilometres."""
    return abs(ride["to"] - ride["from"])
