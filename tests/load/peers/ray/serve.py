import signal
import sys

from ray import serve
from starlette.requests import Request

import onnx_rows


@serve.deployment(num_replicas=1, max_ongoing_requests=256, logging_config={"enable_access_log": False})
class Rows:
    def __init__(self):
        self.sessions = {"/" + name: onnx_rows.load(name) for name in onnx_rows.MODELS}

    async def __call__(self, request: Request):
        length = request.headers.get("inference-header-content-length")
        return onnx_rows.answer_to(self.sessions[request.url.path], await request.body(), length)


if __name__ == "__main__":
    serve.start(http_options={"host": "127.0.0.1", "port": int(sys.argv[1])})
    serve.run(Rows.bind(), route_prefix="/", logging_config={"enable_access_log": False})
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    serve.shutdown()
