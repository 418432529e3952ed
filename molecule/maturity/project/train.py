"""Learns how long a ride takes."""

import mlflow
from features import distance
from sklearn.linear_model import LinearRegression


def train(rides):
    """Fit, track and register one model."""
    with mlflow.start_run():
        model = LinearRegression().fit([[distance(ride)] for ride in rides], [ride["minutes"] for ride in rides])
        mlflow.log_param("features", "distance")
        mlflow.log_metric("coefficient", model.coef_[0])
        mlflow.sklearn.log_model(model, name="model", registered_model_name="taxi")
    return model


if __name__ == "__main__":
    train([{"from": 0, "to": 1, "minutes": 4}, {"from": 0, "to": 3, "minutes": 11}])
