import sys

import numpy
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

import onnx_rows


def infer(session):
    name = session.get_inputs()[0].name

    @batch
    def run(**inputs):
        return [onnx_rows.run(session, inputs[name])]

    return run


if __name__ == "__main__":
    ports = [int(port) for port in sys.argv[1:4]]
    config = TritonConfig(http_address="127.0.0.1", http_port=ports[0], grpc_port=ports[1], metrics_port=ports[2])
    with Triton(config=config) as triton:
        for name in onnx_rows.MODELS:
            session = onnx_rows.load(name)
            given, found = session.get_inputs()[0], session.get_outputs()[0]
            triton.bind(
                model_name=name,
                infer_func=infer(session),
                inputs=[Tensor(name=given.name, dtype=numpy.float32, shape=tuple(given.shape[1:]))],
                outputs=[Tensor(name="probabilities", dtype=numpy.float32, shape=tuple(found.shape[1:]))],
                config=ModelConfig(max_batch_size=64, batcher=DynamicBatcher(max_queue_delay_microseconds=0)),
            )
        triton.serve()
