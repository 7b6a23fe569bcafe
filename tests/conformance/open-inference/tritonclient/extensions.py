"""tritonclient.http: configuration, statistics, repository, settings, classification, compression and the refusals."""

import numpy as np
import tritonclient.http as http

from cases import case, expect_equal, expect_error, expect_same_array, operator, run, simple_inputs, tensor

UNKNOWN = "Request for unknown model: 'no_such_model' is not found"


@case("configuration of a model")
def config(client):
    found = client.get_model_config("simple")
    expect_equal(found["name"], "simple")
    expect_equal([entry["name"] for entry in found["input"]], ["INPUT0", "INPUT1"])
    expect_equal([entry["data_type"] for entry in found["output"]], ["TYPE_INT32", "TYPE_INT32"])
    # With a batch, the dimensions are those of one row.
    expect_equal(found["input"][0]["dims"], [16] if found["max_batch_size"] > 0 else [-1, 16])
    expect_equal(client.get_model_config("simple", "1"), found)
    expect_error(lambda: client.get_model_config("no_such_model"), "404", UNKNOWN, exact=True)


@case("statistics count what was asked")
def statistics(client):
    def of(name):
        (found,) = client.get_inference_statistics(name)["model_stats"]
        return found

    before = of("simple")
    _, _, inputs = simple_inputs(3)
    for _ in range(4):
        client.infer("simple", inputs)
    expect_error(lambda: client.infer("simple", inputs[:1]), "400", "expected 2 inputs")
    after = of("simple")
    grown = lambda key: after[key] - before[key]
    stage = lambda name, part: after["inference_stats"][name][part] - before["inference_stats"][name][part]
    expect_equal([after["name"], after["version"]], ["simple", "1"])
    expect_equal([grown("inference_count"), stage("success", "count")], [12, 4])
    expect_equal(1 <= grown("execution_count") <= 4, True)
    expect_equal(stage("fail", "count"), 1)
    parts = [stage(name, "ns") for name in ("queue", "compute_input", "compute_infer", "compute_output")]
    expect_equal(stage("compute_infer", "ns") > 0, True)
    expect_equal(sum(parts) <= stage("success", "ns"), True)
    # Runs by their rows; together they are all runs.
    runs = {entry["batch_size"]: entry["compute_infer"]["count"] for entry in after["batch_stats"]}
    expect_equal(sum(runs.values()), after["execution_count"])
    expect_equal(sum(rows * count for rows, count in runs.items()), after["inference_count"])
    expect_equal(after["last_inference"] > 1_600_000_000_000, True)


@case("statistics of all models, and of an unknown one")
def all_statistics(client):
    names = {entry["name"] for entry in client.get_inference_statistics()["model_stats"]}
    expect_equal({"simple", "scalar", "identity_fp32"} - names, set())
    expect_error(lambda: client.get_inference_statistics("no_such_model"), "404", UNKNOWN, exact=True)


@case("index of the repository")
def index(client):
    models = {model["name"]: model for model in client.get_model_repository_index()}
    expect_equal([models["simple"]["version"], models["simple"]["state"]], ["1", "READY"])


@case("unload and load")
def load(client):
    values = np.array(1.5, dtype=np.float32)
    infer = lambda: client.infer("scalar", [tensor("INPUT0", values)]).as_numpy("OUTPUT0")
    client.unload_model("scalar", headers=operator())
    expect_equal(client.is_model_ready("scalar"), False)
    expect_error(infer, "503", "'scalar' has no available versions")
    states = {model["name"]: model.get("state") for model in client.get_model_repository_index()}
    expect_equal(states["scalar"] in ("UNLOADING", "UNAVAILABLE", None), True)
    client.load_model("scalar", headers=operator())
    expect_equal(client.is_model_ready("scalar"), True)
    expect_same_array(infer(), values)


@case("loading a model that is not there")
def load_missing(client):
    expect_error(lambda: client.load_model("no_such_model", headers=operator()), "404", "failed to load 'no_such_model'")


@case("trace settings of all models and of one")
def trace(client):
    expect_equal(client.get_trace_settings()["trace_rate"], "1000")
    changed = client.update_trace_settings("simple", {"trace_rate": "7"}, headers=operator())
    expect_equal(changed["trace_rate"], "7")
    expect_equal(client.get_trace_settings("simple")["trace_rate"], "7")
    expect_equal(client.get_trace_settings()["trace_rate"], "1000")
    client.update_trace_settings("simple", {"trace_rate": None}, headers=operator())
    expect_equal(client.get_trace_settings("simple")["trace_rate"], "1000")


@case("log settings")
def log(client):
    before = client.get_log_settings()
    changed = client.update_log_settings({"log_verbose_level": 1}, headers=operator())
    expect_equal(changed["log_verbose_level"], 1)
    expect_equal(client.get_log_settings(), changed)
    client.update_log_settings({"log_verbose_level": before["log_verbose_level"]}, headers=operator())
    expect_equal(client.get_log_settings(), before)


@case("classes in place of values")
def classification(client):
    values = np.array([[0.1, 0.7, 0.2], [3.0, 1.0, 2.0]], dtype=np.float32)
    for binary in (True, False):
        output = http.InferRequestedOutput("OUTPUT0", binary_data=binary, class_count=2)
        found = client.infer("identity_fp32", [tensor("INPUT0", values)], outputs=[output]).as_numpy("OUTPUT0")
        expect_equal(found.shape, (2, 2))
        texts = [[item.decode() if isinstance(item, bytes) else item for item in row] for row in found.tolist()]
        expect_equal([[text.split(":")[1] for text in row] for row in texts], [["1", "2"], ["0", "2"]])


@case("more classes than elements are all of them")
def all_classes(client):
    values = np.array([[1.0, 2.0]], dtype=np.float32)
    output = http.InferRequestedOutput("OUTPUT0", class_count=9)
    found = client.infer("identity_fp32", [tensor("INPUT0", values)], outputs=[output]).as_numpy("OUTPUT0")
    expect_equal(found.shape, (1, 2))


for direction in ("request_compression_algorithm", "response_compression_algorithm"):
    for algorithm in ("gzip", "deflate"):

        @case(f"{direction}: {algorithm}")
        def compressed(client, options={direction: algorithm}):
            for binary in (True, False):
                first, second, inputs = simple_inputs(40, binary)
                outputs = [http.InferRequestedOutput("OUTPUT0", binary_data=binary)]
                result = client.infer("simple", inputs, outputs=outputs, **options)
                expect_same_array(result.as_numpy("OUTPUT0"), first + second)


@case("shared memory: nothing is registered, and registering is refused")
def shared_memory(client):
    expect_equal(client.get_system_shared_memory_status(), [])
    expect_equal(client.get_cuda_shared_memory_status(), [])
    text = "Client shared memory is disabled"
    expect_error(lambda: client.register_system_shared_memory("region", "/region", 64), "501", text)
    expect_error(lambda: client.register_cuda_shared_memory("region", b"aGFuZGxl", 0, 64), "501", text)


@case("sequence parameters are taken by a model without sequences")
def sequence(client):
    first, second, inputs = simple_inputs(1)
    for sequence_id in (7, "seven"):
        result = client.infer("simple", inputs, sequence_id=sequence_id, sequence_start=True, sequence_end=True)
        expect_same_array(result.as_numpy("OUTPUT0"), first + second)


run()
