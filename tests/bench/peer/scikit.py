"""The peer: six models of scikit-learn and numpy on invented people. Prints one JSON object: CPU milliseconds to fit the five that are
fitted per person, and windows a second on one core in batches of 64."""

import json
import time
import warnings

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import PassiveAggressiveClassifier
from sklearn.neighbors import LocalOutlierFactor
from sklearn.neural_network import MLPRegressor
from sklearn.svm import OneClassSVM

warnings.filterwarnings("ignore")
random = np.random.default_rng(1)
PEOPLE, ROWS, FEATURES, BATCH = 6, 200, 40, 64
means = random.standard_normal((PEOPLE, 1, FEATURES))
train = means + 0.8 * random.standard_normal((PEOPLE, ROWS, FEATURES))
test = means + 0.8 * random.standard_normal((PEOPLE, ROWS, FEATURES))


def others(person):
    return np.concatenate([train[n][: ROWS // (PEOPLE - 1)] for n in range(PEOPLE) if n != person])


def passive_aggressive(person):
    rows = np.r_[train[person], others(person)]
    return PassiveAggressiveClassifier(max_iter=50, random_state=1).fit(rows, np.arange(len(rows)) < ROWS)


def autoencoder(person):
    return MLPRegressor((32, 16, 32), max_iter=50, random_state=1).fit(train[person], train[person])


def decision(model):
    return model.decision_function


FIVE = [
    (lambda n: IsolationForest(n_estimators=100, random_state=1).fit(train[n]), decision),
    (lambda n: OneClassSVM(nu=0.1, gamma="scale").fit(train[n]), decision),
    (passive_aggressive, decision),
    (lambda n: LocalOutlierFactor(n_neighbors=10, novelty=True).fit(train[n]), decision),
    (autoencoder, lambda model: lambda rows: ((model.predict(rows) - rows) ** 2).mean(1)),
]

UNITS, STEPS, INPUTS = 64, 20, 8
kernel = (random.standard_normal((INPUTS, 3 * UNITS)) * 0.1).astype("f4")
recurrent = (random.standard_normal((UNITS, 3 * UNITS)) * 0.1).astype("f4")
last = random.standard_normal(UNITS).astype("f4")
sequences = random.standard_normal((BATCH, STEPS, INPUTS)).astype("f4")


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def gru(given):
    state = np.zeros((given.shape[0], UNITS), "f4")
    projected = given @ kernel
    for step in range(STEPS):
        recalled, now = state @ recurrent, projected[:, step]
        z = sigmoid(now[:, :UNITS] + recalled[:, :UNITS])
        r = sigmoid(now[:, UNITS : 2 * UNITS] + recalled[:, UNITS : 2 * UNITS])
        n = np.tanh(now[:, 2 * UNITS :] + r * recalled[:, 2 * UNITS :])
        state = (1 - z) * n + z * state
    return sigmoid(state @ last)


def cpu_ms(work):
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1e3


def fit(person):
    return [score(make(person)) for make, score in FIVE]


def main():
    fit(0)
    fits = [cpu_ms(lambda n=n: fit(n)) for n in range(PEOPLE)]
    scores = fit(0)

    def batch():
        total = gru(sequences)
        for score in scores:
            total = total + score(test[0][:BATCH])
        return total

    batch()
    batches = [cpu_ms(batch) for _ in range(40)]
    print(json.dumps({"fitMs": float(np.median(fits)), "windowsPerSecond": BATCH * 1e3 / float(np.median(batches))}))


if __name__ == "__main__":
    main()
