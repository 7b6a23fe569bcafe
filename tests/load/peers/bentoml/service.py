import bentoml

import onnx_rows


@bentoml.service(workers=1, traffic={"timeout": 30}, logging={"access": {"enabled": False}})
class Rows:
    def __init__(self):
        self.sessions = {name: onnx_rows.load(name) for name in onnx_rows.MODELS}

    def answer(self, name, id, inputs):
        rows = onnx_rows.rows_of({"inputs": inputs})
        return onnx_rows.answer(id, onnx_rows.run(self.sessions[name], rows))

    @bentoml.api(route="/iris")
    def iris(self, id: str, inputs: list[dict]) -> dict:
        return self.answer("iris", id, inputs)

    @bentoml.api(route="/mnist")
    def mnist(self, id: str, inputs: list[dict]) -> dict:
        return self.answer("mnist", id, inputs)

    @bentoml.api(route="/convolution")
    def convolution(self, id: str, inputs: list[dict]) -> dict:
        return self.answer("convolution", id, inputs)
