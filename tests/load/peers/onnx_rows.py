"""What the servers that ask for Python of one's own run: the same models by ONNX Runtime, one thread each, for a request
of the Open Inference Protocol, its numbers in JSON or behind it in binary."""

import json
import os

import numpy
import onnxruntime

FOLDER = os.environ["BENCH_MODELS"]
MODELS = os.environ["BENCH_MODEL_NAMES"].split(",")


def load(name):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    path = os.path.join(FOLDER, name + ".onnx")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def run(session, rows):
    return session.run(["probabilities"], {session.get_inputs()[0].name: rows})[0]


def rows_of(document):
    given = document["inputs"][0]
    return numpy.array(given["data"], numpy.float32).reshape(given["shape"])


def read(body, header_length=None):
    """Gives the request's id and its rows. `header_length` is set when numbers follow the JSON."""
    if header_length is None:
        document = json.loads(body)
        return document["id"], rows_of(document)
    length = int(header_length)
    document = json.loads(body[:length])
    return document["id"], numpy.frombuffer(body, numpy.float32, offset=length).reshape(document["inputs"][0]["shape"])


def answer(request_id, found):
    data = found.ravel().tolist()
    output = {"name": "probabilities", "datatype": "FP32", "shape": list(found.shape), "data": data}
    return {"id": request_id, "outputs": [output]}


def answer_to(session, body, header_length=None):
    request_id, rows = read(body, header_length)
    return answer(request_id, run(session, rows))
