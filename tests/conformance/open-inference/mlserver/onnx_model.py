"""A runtime for MLServer that serves an ONNX file: the same function as Cluster AI serves."""

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec, StringCodec
from mlserver.types import InferenceRequest, InferenceResponse
from mlserver.utils import get_model_uri
import numpy as np


class OnnxModel(MLModel):
    async def load(self) -> bool:
        self.session = onnxruntime.InferenceSession(await get_model_uri(self._settings))
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        tensors = {}
        for entry in payload.inputs:
            if entry.datatype == "BYTES":
                tensors[entry.name] = np.array(StringCodec.decode_input(entry), dtype=object).reshape(entry.shape)
            else:
                tensors[entry.name] = NumpyCodec.decode_input(entry)
        names = [output.name for output in self.session.get_outputs()]
        outputs = []
        for name, values in zip(names, self.session.run(names, tensors), strict=True):
            if values.dtype == np.object_:
                output = StringCodec.encode_output(name, values.flatten().tolist())
                output.shape = list(values.shape)
            else:
                output = NumpyCodec.encode_output(name, values)
            outputs.append(output)
        return InferenceResponse(model_name=self.name, model_version=self.version, id=payload.id, outputs=outputs)
