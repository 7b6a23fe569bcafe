"""Calls the iris model with tritonclient.grpc, which is grpcio: unary calls at once, and a stream. Prints what came back.

grpcio-client.py ADDRESS TIMES [CA-FILE]
"""

import json
import queue
import sys

import numpy
import tritonclient.grpc as grpc

address, times = sys.argv[1], int(sys.argv[2])
trust = {"ssl": True, "root_certificates": sys.argv[3]} if len(sys.argv) > 3 else {}
flower = numpy.array([[5.1, 3.5, 1.4, 0.2]], dtype=numpy.float32)


def inputs():
    tensor = grpc.InferInput("input", flower.shape, "FP32")
    tensor.set_data_from_numpy(flower)
    return [tensor]


def answers(send):
    """The answers of so many requests, in the order of their ids; an error ends it."""
    found = queue.Queue()
    send(lambda result, error: found.put((result, error)))
    results = []
    for _ in range(times):
        result, error = found.get(timeout=30)
        if error is not None:
            raise error
        results.append((int(result.get_response().id), int(result.as_numpy("label")[0])))
    return sorted(results)


with grpc.InferenceServerClient(address, **trust) as client:

    def unary(callback):
        for index in range(times):
            client.async_infer("iris", inputs(), callback, request_id=str(index))

    def stream(callback):
        client.start_stream(callback)
        for index in range(times):
            client.async_stream_infer("iris", inputs(), request_id=str(index))

    print(json.dumps({"unary": answers(unary), "stream": answers(stream)}))
    client.stop_stream()
