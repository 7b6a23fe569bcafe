"""tritonclient.grpc: health, metadata, configuration, statistics, repository, settings, and errors by code."""

import grpc as plain_grpc
import numpy as np
import tritonclient.grpc as grpc

from cases import case, expect_equal, expect_same_array, grpc_address, run
from grpc_cases import expect_code, grpc_client, metadata_of_operator, simple_inputs, tensor

UNKNOWN = "Request for unknown model: 'no_such_model' is not found"


@case("server is live and ready")
def server_health(client):
    expect_equal([client.is_server_live(), client.is_server_ready()], [True, True])


@case("the health service of gRPC")
def grpc_health(client):
    # Its messages are a field or two: service = 1 in the request, status = 1 in the answer, and SERVING is 1.
    with plain_grpc.insecure_channel(grpc_address()) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        expect_equal(check(b""), b"\x08\x01")
        service = b"inference.GRPCInferenceService"
        expect_equal(check(b"\x0a" + bytes([len(service)]) + service), b"\x08\x01")
        watch = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"", timeout=60)
        expect_equal(next(watch), b"\x08\x01")
        watch.cancel()
        try:
            check(b"\x0a\x04nope")
        except plain_grpc.RpcError as error:
            expect_equal(error.code(), plain_grpc.StatusCode.NOT_FOUND)
        else:
            raise AssertionError("an unknown service has a status")


@case("server metadata")
def server_metadata(client):
    metadata = client.get_server_metadata()
    expect_equal("model_repository" in metadata.extensions, True)
    expect_equal(metadata.name != "" and metadata.version != "", True)


@case("a model is ready, with and without its version")
def model_ready(client):
    expect_equal([client.is_model_ready("simple"), client.is_model_ready("simple", "1")], [True, True])


@case("an unknown model or version is not ready")
def model_not_ready(client):
    for name, version in (("no_such_model", ""), ("simple", "99")):
        expect_equal(client.is_model_ready(name, version), False)


@case("model metadata")
def model_metadata(client):
    metadata = client.get_model_metadata("simple", as_json=True)
    row = {"datatype": "INT32", "shape": ["-1", "16"]}
    wanted = {
        "name": "simple",
        "versions": ["1"],
        "platform": "onnx_onnxv1",
        "inputs": [{"name": "INPUT0", **row}, {"name": "INPUT1", **row}],
        "outputs": [{"name": "OUTPUT0", **row}, {"name": "OUTPUT1", **row}],
    }
    expect_equal(metadata, wanted)


@case("metadata of an unknown model")
def unknown_metadata(client):
    expect_code(lambda: client.get_model_metadata("no_such_model"), "NOT_FOUND", UNKNOWN, exact=True)


@case("configuration of a model")
def model_config(client):
    config = client.get_model_config("simple").config
    expect_equal(config.name, "simple")
    expect_equal([entry.name for entry in config.input], ["INPUT0", "INPUT1"])
    expect_equal([entry.name for entry in config.output], ["OUTPUT0", "OUTPUT1"])
    expect_code(lambda: client.get_model_config("no_such_model"), "NOT_FOUND", UNKNOWN, exact=True)


@case("statistics count what was asked")
def statistics(client):
    def of(name):
        (found,) = client.get_inference_statistics(name).model_stats
        return found

    before = of("simple")
    _, _, inputs = simple_inputs(3)
    for _ in range(4):
        client.infer("simple", inputs)
    after = of("simple")
    expect_equal([after.name, after.version], ["simple", "1"])
    expect_equal(after.inference_stats.success.count - before.inference_stats.success.count, 4)
    expect_equal(after.inference_count - before.inference_count, 12)
    expect_equal(1 <= after.execution_count - before.execution_count <= 4, True)
    stages = ("success", "queue", "compute_input", "compute_infer", "compute_output")
    expect_equal([getattr(after.inference_stats, stage).ns > 0 for stage in ("success", "compute_infer")], [True, True])
    total = after.inference_stats.success.ns
    parts = sum(getattr(after.inference_stats, stage).ns for stage in stages[1:])
    expect_equal(parts <= total, True)
    expect_code(lambda: client.get_inference_statistics("no_such_model"), "NOT_FOUND", "no_such_model")


@case("failed requests are counted as such")
def failures(client):
    (before,) = client.get_inference_statistics("simple").model_stats
    expect_code(lambda: client.infer("simple", [tensor("INPUT0", np.zeros((1, 16), np.int32))]), "INVALID_ARGUMENT", "")
    (after,) = client.get_inference_statistics("simple").model_stats
    counts = lambda stats: [stats.inference_stats.success.count, stats.inference_stats.fail.count]
    expect_equal(counts(after), [counts(before)[0], counts(before)[1] + 1])


@case("index of the repository")
def index(client):
    models = {model.name: model for model in client.get_model_repository_index().models}
    expect_equal([models["simple"].version, models["simple"].state], ["1", "READY"])


@case("unload and load")
def load(client):
    headers = metadata_of_operator()
    values = np.array(1.5, dtype=np.float32)
    infer = lambda: client.infer("scalar", [tensor("INPUT0", values)]).as_numpy("OUTPUT0")
    client.unload_model("scalar", headers=headers)
    expect_equal(client.is_model_ready("scalar"), False)
    expect_code(infer, "UNAVAILABLE", "'scalar' has no available versions")
    client.load_model("scalar", headers=headers)
    expect_equal(client.is_model_ready("scalar"), True)
    expect_same_array(infer(), values)
    expect_code(lambda: client.load_model("no_such_model", headers=headers), "NOT_FOUND", "failed to load")


@case("trace and log settings")
def settings(client):
    headers = metadata_of_operator()
    rate = lambda *model: list(client.get_trace_settings(*model).settings["trace_rate"].value)
    level = lambda: client.get_log_settings().settings["log_verbose_level"].uint32_param
    before = [rate(), level()]
    client.update_trace_settings("simple", {"trace_rate": "9"}, headers=headers)
    client.update_log_settings({"log_verbose_level": level() + 1}, headers=headers)
    expect_equal([rate("simple"), rate(), level()], [["9"], before[0], before[1] + 1])
    client.update_trace_settings("simple", {"trace_rate": None}, headers=headers)
    client.update_log_settings({"log_verbose_level": before[1]}, headers=headers)
    expect_equal([rate("simple"), level()], before)


@case("shared memory is refused")
def shared_memory(client):
    for call in (
        lambda: client.register_system_shared_memory("region", "/region", 64),
        lambda: client.register_cuda_shared_memory("region", b"aGFuZGxl", 0, 64),
    ):
        expect_code(call, "UNIMPLEMENTED", "Client shared memory is disabled")


@case("inference of an unknown model or version")
def unknown_model(client):
    _, _, inputs = simple_inputs(1)
    expect_code(lambda: client.infer("no_such_model", inputs), "NOT_FOUND", UNKNOWN, exact=True)
    expect_code(lambda: client.infer("simple", inputs, model_version="99"), "NOT_FOUND", "simple")


@case("an input is missing")
def missing_input(client):
    _, _, inputs = simple_inputs(1)
    text = "expected 2 inputs but got 1 inputs for model 'simple'"
    expect_code(lambda: client.infer("simple", inputs[:1]), "INVALID_ARGUMENT", text)


@case("another datatype than the model's")
def wrong_datatype(client):
    values = np.zeros((1, 16), np.float32)
    inputs = [tensor("INPUT0", values), tensor("INPUT1", values)]
    text = "inference input 'INPUT0' data-type is 'FP32', but model 'simple' expects 'INT32'"
    expect_code(lambda: client.infer("simple", inputs), "INVALID_ARGUMENT", text)


@case("another shape than the model's")
def wrong_shape(client):
    values = np.zeros((1, 15), np.int32)
    inputs = [tensor("INPUT0", values), tensor("INPUT1", values)]
    text = "unexpected shape for input 'INPUT0' for model 'simple'. Expected [-1,16], got [1,15]"
    expect_code(lambda: client.infer("simple", inputs), "INVALID_ARGUMENT", text)


@case("an unknown output")
def unknown_output(client):
    _, _, inputs = simple_inputs(1)
    outputs = [grpc.InferRequestedOutput("NOPE")]
    expect_code(lambda: client.infer("simple", inputs, outputs=outputs), "INVALID_ARGUMENT", "NOPE")


@case("a method that is not there")
def unknown_method(client):
    with plain_grpc.insecure_channel(grpc_address()) as channel:
        try:
            channel.unary_unary("/inference.GRPCInferenceService/Nope")(b"")
        except plain_grpc.RpcError as error:
            expect_equal(error.code(), plain_grpc.StatusCode.UNIMPLEMENTED)
        else:
            raise AssertionError("it was answered")


@case("a message that is none")
def broken_message(client):
    with plain_grpc.insecure_channel(grpc_address()) as channel:
        for message in (b"\xff\xff\xff", b"\x0a\xff", b"\x0a\x05ab"):
            try:
                channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")(message)
            except plain_grpc.RpcError as error:
                expected = (plain_grpc.StatusCode.INVALID_ARGUMENT, plain_grpc.StatusCode.INTERNAL)
                expect_equal(error.code() in expected, True)
            else:
                raise AssertionError("it was answered")
    expect_equal(client.is_server_live(), True)


@case("TorchServe's name of the service")
def torchserve_name(client):
    with plain_grpc.insecure_channel(grpc_address()) as channel:
        service = "/org.pytorch.serve.grpc.openinference.GRPCInferenceService"
        expect_equal(channel.unary_unary(f"{service}/ServerLive")(b""), b"\x08\x01")


run(grpc_client)
