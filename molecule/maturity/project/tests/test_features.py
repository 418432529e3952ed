from features import distance


def test_a_ride_has_a_length():
    assert distance({"from": 3, "to": 1}) == 2
