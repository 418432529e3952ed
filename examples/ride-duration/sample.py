"""Makes up rides in the schema of New York's green taxis, to try the example where the real files cannot be had.

python sample.py ../data/green_tripdata_2021-01.parquet 2021-01
"""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

RIDES = 2000
MINUTES_A_MILE = 4.0
NOISE_MINUTES = 2.0


def rides(month: str) -> pa.Table:
    """Return rides whose duration depends on their distance, with noise; the same for a month whenever it is called."""
    chance = np.random.default_rng(int(month.replace("-", "")))
    distance = chance.gamma(2.0, 1.5, RIDES).round(2)
    minutes = np.clip(3 + MINUTES_A_MILE * distance + chance.normal(0, NOISE_MINUTES, RIDES), 0.5, None)
    pickup = np.datetime64(f"{month}-01T00:00:00") + chance.integers(0, 27 * 24 * 3600, RIDES)
    dropoff = pickup + (minutes * 60).astype(int)
    fare = (2.5 + 2.5 * distance).round(2)
    nothing = np.zeros(RIDES)
    return pa.table(
        {
            "VendorID": pa.array(chance.integers(1, 3, RIDES), pa.int64()),
            "lpep_pickup_datetime": pa.array(pickup, pa.timestamp("us")),
            "lpep_dropoff_datetime": pa.array(dropoff, pa.timestamp("us")),
            "store_and_fwd_flag": pa.array(["N"] * RIDES, pa.string()),
            "RatecodeID": pa.array(np.ones(RIDES), pa.float64()),
            "PULocationID": pa.array(chance.integers(41, 44, RIDES), pa.int64()),
            "DOLocationID": pa.array(chance.integers(74, 77, RIDES), pa.int64()),
            "passenger_count": pa.array(np.ones(RIDES), pa.float64()),
            "trip_distance": pa.array(distance, pa.float64()),
            "fare_amount": pa.array(fare, pa.float64()),
            "extra": pa.array(nothing, pa.float64()),
            "mta_tax": pa.array(nothing + 0.5, pa.float64()),
            "tip_amount": pa.array(nothing, pa.float64()),
            "tolls_amount": pa.array(nothing, pa.float64()),
            "ehail_fee": pa.nulls(RIDES, pa.float64()),
            "improvement_surcharge": pa.array(nothing + 0.3, pa.float64()),
            "total_amount": pa.array((fare + 0.8).round(2), pa.float64()),
            "payment_type": pa.array(np.ones(RIDES), pa.float64()),
            "trip_type": pa.array(np.ones(RIDES), pa.float64()),
            "congestion_surcharge": pa.array(nothing, pa.float64()),
        }
    )


if __name__ == "__main__":
    pq.write_table(rides(sys.argv[2]), sys.argv[1])
