"""How long will a taxi ride take? Linear, lasso and ridge regression on the trip records of New York's green taxis.

    python train.py ../data/green_tripdata_2021-01.parquet ../data/green_tripdata_2021-02.parquet

learns from the first month, measures on the second, and keeps the best model.
"""

from __future__ import annotations

import argparse
import pickle
from pathlib import Path

import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

TIMES = ["lpep_pickup_datetime", "lpep_dropoff_datetime"]
PLACES = ["PULocationID", "DOLocationID"]
MODELS = {"linear": LinearRegression(), "lasso": Lasso(alpha=0.01), "ridge": Ridge(alpha=1.0)}


def read_rides(path: Path) -> pd.DataFrame:
    """Read a month's rides of 1 to 60 minutes, with `duration` in minutes; the others are mistakes or no rides."""
    rides = pd.read_parquet(path, columns=[*TIMES, *PLACES, "trip_distance"])
    rides["duration"] = (rides[TIMES[1]] - rides[TIMES[0]]).dt.total_seconds() / 60
    return rides[rides["duration"].between(1, 60)]


def features(rides: pd.DataFrame) -> pd.DataFrame:
    """Return what a model may know when a ride begins: from where to where, and how many miles that is."""
    route = rides[PLACES[0]].astype(str) + "_" + rides[PLACES[1]].astype(str)
    return pd.DataFrame({"route": route, "trip_distance": rides["trip_distance"]})


def train(rides: pd.DataFrame, validation: pd.DataFrame) -> dict[str, tuple[float, Pipeline]]:
    """Train each model; its RMSE on the validation rides in minutes, and the model with its encoder, by name."""
    trained = {}
    for name, estimator in MODELS.items():
        encoder = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["route"]), remainder="passthrough")
        model = make_pipeline(encoder, estimator).fit(features(rides), rides["duration"])
        trained[name] = (root_mean_squared_error(validation["duration"], model.predict(features(validation))), model)
    return trained


def main() -> None:
    """Train, tell and keep."""
    parser = argparse.ArgumentParser(description="Train models of a ride's duration.")
    parser.add_argument("train", type=Path, help="the month to learn from, a Parquet file")
    parser.add_argument("validation", type=Path, help="the month to measure on")
    parser.add_argument("--model", type=Path, default=Path("model.pickle"), help="where the best model goes")
    given = parser.parse_args()
    trained = train(read_rides(given.train), read_rides(given.validation))
    for name, (rmse, _model) in trained.items():
        print(f"{name:8} RMSE {rmse:.2f} minutes")
    best = min(trained, key=lambda name: trained[name][0])
    given.model.write_bytes(pickle.dumps(trained[best][1]))
    print(f"{best} is kept in {given.model}")


if __name__ == "__main__":
    main()
