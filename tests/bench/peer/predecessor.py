"""The peer: the design that Vigil replaces. Flask-SocketIO on gevent takes frames of events as JSON; each hundred events of a session become 40
statistics in numpy, six models of scikit-learn and numpy score them, and a risk goes back. Prints {"port"} first, and for each `begin` and `end` that a
client calls one JSON object: events taken and CPU seconds in between."""

from gevent import monkey

monkey.patch_all()

import json
import socket
import time
import warnings

import flask
import flask_socketio
import numpy as np
from scikit import FIVE, INPUTS, STEPS, gru, random, train

warnings.filterwarnings("ignore")
WINDOW, STEP = 100, 20
MODELS = [score(make(0)) for make, score in FIVE]
SEQUENCE = random.standard_normal((1, STEPS, INPUTS)).astype("f4")

app = flask.Flask(__name__)
server = flask_socketio.SocketIO(app, async_mode="gevent", cors_allowed_origins="*")
waiting = {}
taken = 0
begun = (0, 0.0)


def statistics(column):
    quarters = np.percentile(column, (25, 50, 75))
    steps = np.diff(column)
    return [column.mean(), column.std(), *quarters, column.min(), column.max(), np.ptp(column), steps.mean(), steps.std()]


def risk(events):
    columns = np.array(events, dtype=float)
    features = np.concatenate([statistics(columns[:, column]) for column in range(4)])[None]
    total = gru(SEQUENCE)[0]
    for score in MODELS:
        total += score(features)[0]
    return float(total)


@server.on("events")
def events(frame):
    global taken
    taken += len(frame)
    own = waiting.get(flask.request.sid)
    if own is None:
        # Not everybody's window is full in the same instant.
        own = waiting[flask.request.sid] = [[0, 0, 0, 0]] * (len(waiting) % (WINDOW // STEP) * STEP)
    own += frame
    if len(own) >= WINDOW:
        flask_socketio.emit("risk", risk(own))
        own.clear()


@server.on("begin")
def begin():
    global begun
    begun = (taken, time.process_time())


@server.on("end")
def end():
    print(json.dumps({"events": taken - begun[0], "cpuSeconds": time.process_time() - begun[1]}), flush=True)


with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
print(json.dumps({"port": port}), flush=True)
server.run(app, host="127.0.0.1", port=port)
