"""FastAPI and XGBoost as a user writes it: a model of the fields, a data frame, a classifier."""

import sys

import pandas as pd
import uvicorn
import xgboost as xgb
from columns import NAMES
from fastapi import FastAPI
from pydantic import create_model

Person = create_model("Person", **dict.fromkeys(NAMES, (float, ...)))
app = FastAPI()
model = xgb.XGBClassifier()
model.load_model(sys.argv[1])


@app.post("/predict")
def predict(person: Person) -> dict[str, float]:
    """Answer with the probability of leaving."""
    frame = pd.DataFrame([person.model_dump()])
    return {"risk": float(model.predict_proba(frame)[0, 1])}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]))
