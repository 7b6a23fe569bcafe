import sys

import litserve

import onnx_rows


class Rows(litserve.LitAPI):
    def __init__(self, name):
        super().__init__(api_path="/" + name)
        self.name = name

    def setup(self, device):
        self.session = onnx_rows.load(self.name)

    def decode_request(self, request):
        return request["id"], onnx_rows.rows_of(request)

    def predict(self, given):
        request_id, rows = given
        return request_id, onnx_rows.run(self.session, rows)

    def encode_response(self, found):
        return onnx_rows.answer(*found)


if __name__ == "__main__":
    server = litserve.LitServer([Rows(name) for name in onnx_rows.MODELS], accelerator="cpu", workers_per_device=1)
    server.run(host="127.0.0.1", port=int(sys.argv[1]), generate_client_file=False, log_level="warning", access_log=False)
