from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse

import onnx_rows


class Rows(MLModel):
    async def load(self) -> bool:
        self.session = onnx_rows.load(self.name)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        found = onnx_rows.run(self.session, NumpyCodec.decode_input(payload.inputs[0]))
        outputs = [NumpyCodec.encode_output("probabilities", found)]
        return InferenceResponse(model_name=self.name, id=payload.id, outputs=outputs)
