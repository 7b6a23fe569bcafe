"""tritonclient.grpc: every datatype, raw and typed, and what an answer says of itself."""

import numpy as np
import tritonclient.grpc as grpc
from tritonclient.grpc import service_pb2

from cases import case, expect_equal, expect_same_array, expect_sums, run
from grpc_cases import SAMPLES, FLOATS, expect_code, grpc_client, simple_inputs, tensor


def identity(client, name, values):
    return client.infer(f"identity_{name}", [tensor("INPUT0", values)]).as_numpy("OUTPUT0")


for datatype, sample in SAMPLES.items():

    @case(f"{datatype}: raw contents come back the same")
    def echo(client, name=datatype, values=sample):
        expect_same_array(identity(client, name, values), values)
        expect_same_array(identity(client, name, values[:1]), values[:1])
        expect_same_array(identity(client, name, values.T.copy()), values.T.copy())


@case("tensors without elements")
def empty(client):
    for name, values in SAMPLES.items():
        for shape in ((0, 3), (2, 0), (0, 0)):
            wanted = np.zeros(shape, dtype=values.dtype)
            result = client.infer(f"identity_{name}", [tensor("INPUT0", wanted)])
            expect_equal([int(size) for size in result.get_output("OUTPUT0").shape], list(shape))
            # The client gives no array for contents without bytes.
            found = result.as_numpy("OUTPUT0")
            if found is not None:
                expect_equal(found.size, 0)


@case("a scalar")
def scalar(client):
    values = np.array(1.5, dtype=np.float32)
    expect_same_array(client.infer("scalar", [tensor("INPUT0", values)]).as_numpy("OUTPUT0"), values)


@case("NaN and infinities keep their bits")
def not_finite(client):
    for name, dtype in FLOATS.items():
        values = np.array([[np.nan, np.inf, -np.inf, -0.0]], dtype=dtype)
        expect_same_array(identity(client, name, values), values)


@case("bytes that are no text come back the same or are refused, never changed")
def raw_bytes(client):
    values = np.array([[b"text", b"\xff\xfe"]], dtype=np.object_)
    try:
        found = identity(client, "bytes", values)
    except grpc.InferenceServerException as error:
        expect_equal((error.status(), "UTF-8" in error.message()), ("StatusCode.INVALID_ARGUMENT", True))
    else:
        expect_same_array(found, values)


TYPED = {
    "BOOL": ("bool_contents", [True, False], np.bool_),
    "INT8": ("int_contents", [-128, 127], np.int8),
    "INT16": ("int_contents", [-32768, 32767], np.int16),
    "INT32": ("int_contents", [-(2**31), 2**31 - 1], np.int32),
    "INT64": ("int64_contents", [-(2**63), 2**63 - 1], np.int64),
    "UINT8": ("uint_contents", [0, 255], np.uint8),
    "UINT16": ("uint_contents", [0, 65535], np.uint16),
    "UINT32": ("uint_contents", [0, 2**32 - 1], np.uint32),
    "UINT64": ("uint64_contents", [0, 2**64 - 1], np.uint64),
    "FP32": ("fp32_contents", [0.1, -0.0], np.float32),
    "FP64": ("fp64_contents", [0.1, 1e300], np.float64),
}


def typed_request(datatype, field, values, shape=(1, 2)):
    request = service_pb2.ModelInferRequest(model_name=f"identity_{datatype.lower()}")
    entry = request.inputs.add(name="INPUT0", datatype=datatype, shape=list(shape))
    getattr(entry.contents, field).extend(values)
    return request


def send(client, request):
    # The client's own stub: its methods send raw contents only.
    try:
        return client._client_stub.ModelInfer(request)
    except Exception as error:
        raise grpc.InferenceServerException(error.details(), status=str(error.code())) from error


for datatype, (field, numbers, dtype) in TYPED.items():

    @case(f"{datatype}: typed contents in, raw contents out")
    def typed(client, datatype=datatype, field=field, numbers=numbers, dtype=dtype):
        response = send(client, typed_request(datatype, field, numbers))
        expect_equal(len(response.raw_output_contents), 1)
        expect_equal(response.raw_output_contents[0], np.array(numbers, dtype=dtype).tobytes())


@case("BYTES: typed contents in, raw contents out")
def typed_bytes(client):
    response = send(client, typed_request("BYTES", "bytes_contents", [b"a", "\u00e9".encode()]))
    expect_equal(response.raw_output_contents[0], b"\x01\x00\x00\x00a\x02\x00\x00\x00\xc3\xa9")


@case("typed and raw contents together are refused")
def both_contents(client):
    request = typed_request("INT32", "int_contents", [1, 2])
    request.raw_input_contents.append(b"\x00" * 8)
    text = "contents field must not be specified when using raw_input_contents"
    expect_code(lambda: send(client, request), "INVALID_ARGUMENT", text)


@case("contents in the field of another type are refused")
def wrong_field(client):
    request = typed_request("FP32", "int_contents", [1, 2])
    text = "unexpected explicit tensor data for input tensor 'INPUT0'"
    expect_code(lambda: send(client, request), "INVALID_ARGUMENT", text)


@case("FP16 in typed contents is refused")
def half_typed(client):
    expect_code(lambda: send(client, typed_request("FP16", "fp32_contents", [1, 2])), "INVALID_ARGUMENT", "INPUT0")


@case("too few and too many typed elements are refused")
def typed_count(client):
    for values in ([1], [1, 2, 3]):
        expect_code(lambda: send(client, typed_request("INT32", "int_contents", values)), "INVALID_ARGUMENT", "INPUT0")


@case("raw contents of the wrong size are refused")
def raw_size(client):
    for size in (0, 7, 9):
        request = service_pb2.ModelInferRequest(model_name="identity_int32")
        request.inputs.add(name="INPUT0", datatype="INT32", shape=[1, 2])
        request.raw_input_contents.append(b"\x00" * size)
        expect_code(lambda: send(client, request), "INVALID_ARGUMENT", "INPUT0")


@case("fewer raw contents than inputs are refused")
def raw_count(client):
    request = service_pb2.ModelInferRequest(model_name="simple")
    for name in ("INPUT0", "INPUT1"):
        request.inputs.add(name=name, datatype="INT32", shape=[1, 16])
    request.raw_input_contents.append(b"\x00" * 64)
    expect_code(lambda: send(client, request), "INVALID_ARGUMENT", "")


@case("two inputs, two outputs, in any order")
def simple(client):
    first, second, inputs = simple_inputs(3)
    for ordered in (inputs, inputs[::-1]):
        result = client.infer("simple", ordered)
        expect_sums(result, first, second)


@case("only the output that was asked for")
def one_output(client):
    first, second, inputs = simple_inputs(1)
    result = client.infer("simple", inputs, outputs=[grpc.InferRequestedOutput("OUTPUT1")])
    expect_equal([output.name for output in result.get_response().outputs], ["OUTPUT1"])
    expect_same_array(result.as_numpy("OUTPUT1"), first - second)


@case("id, model name and version in the answer")
def identity_of_answer(client):
    _, _, inputs = simple_inputs(1)
    response = client.infer("simple", inputs, request_id="request-42", model_version="1").get_response()
    expect_equal([response.id, response.model_name, response.model_version], ["request-42", "simple", "1"])


@case("parameters of every kind are taken")
def parameters(client):
    first, second, inputs = simple_inputs(1)
    given = {"a": "text", "b": 7, "c": True, "d": 1.5}
    result = client.infer("simple", inputs, priority=1, timeout=60_000_000, parameters=given)
    expect_same_array(result.as_numpy("OUTPUT0"), first + second)


@case("messages of 20 MB in both directions")
def large(client):
    values = np.random.default_rng(5).standard_normal((5, 1_000_000), dtype=np.float32)
    expect_same_array(identity(client, "fp32", values), values)


@case("compressed messages")
def compressed(client):
    first, second, inputs = simple_inputs(4)
    for algorithm in ("gzip", "deflate"):
        result = client.infer("simple", inputs, compression_algorithm=algorithm)
        expect_same_array(result.as_numpy("OUTPUT0"), first + second)


@case("a timeout of a microsecond is over")
def timeout(client):
    # The parameter: a deadline of the call is over at the client, too, which asks nobody.
    _, _, inputs = simple_inputs(1)
    text = "the deadline of the request passed before model 'simple' answered"
    expect_code(lambda: client.infer("simple", inputs, timeout=1), "DEADLINE_EXCEEDED", text)


@case("calls without a reply in time can be cancelled, and the server goes on")
def cancelled(client):
    values = np.zeros((5, 1_000_000), dtype=np.float32)
    contexts = [client.async_infer("identity_fp32", [tensor("INPUT0", values)], lambda result, error: None) for _ in range(5)]
    for context in contexts:
        context.cancel()
    first, second, inputs = simple_inputs(1)
    expect_same_array(client.infer("simple", inputs).as_numpy("OUTPUT0"), first + second)


run(grpc_client)
