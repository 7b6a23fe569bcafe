import sys

import kserve
import numpy
from kserve import InferOutput, InferRequest, InferResponse

import onnx_rows


class Rows(kserve.Model):
    def load(self):
        self.session = onnx_rows.load(self.name)
        self.ready = True
        return True

    def predict(self, payload: InferRequest, headers=None, response_headers=None):
        rows = payload.inputs[0].as_numpy()
        found = onnx_rows.run(self.session, rows.astype(numpy.float32, copy=False))
        output = InferOutput(name="probabilities", shape=list(found.shape), datatype="FP32")
        output.set_data_from_numpy(found, binary_data=False)
        return InferResponse(response_id=payload.id, model_name=self.name, infer_outputs=[output])


if __name__ == "__main__":
    models = [Rows(name) for name in onnx_rows.MODELS]
    for model in models:
        model.load()
    server = kserve.ModelServer(http_port=int(sys.argv[1]), enable_grpc=False, enable_latency_logging=False, workers=1)
    server.start(models)
