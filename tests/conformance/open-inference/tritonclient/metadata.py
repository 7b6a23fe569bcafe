"""Health, server and model metadata."""

from cases import case, expect_equal, expect_error, run


@case("server is live and ready")
def server_health(client):
    expect_equal(client.is_server_live(), True)
    expect_equal(client.is_server_ready(), True)


@case("server metadata")
def server_metadata(client):
    metadata = client.get_server_metadata()
    expect_equal(sorted(metadata), ["extensions", "name", "version"])
    expect_equal("binary_tensor_data" in metadata["extensions"], True)


@case("a model is ready, with and without its version")
def model_ready(client):
    expect_equal(client.is_model_ready("simple"), True)
    expect_equal(client.is_model_ready("simple", "1"), True)


@case("an unknown model or version is not ready")
def model_not_ready(client):
    expect_equal(client.is_model_ready("no_such_model"), False)
    expect_equal(client.is_model_ready("simple", "99"), False)


@case("model metadata")
def model_metadata(client):
    wanted = {
        "name": "simple",
        "versions": ["1"],
        "platform": "onnx_onnxv1",
        "inputs": [
            {"name": "INPUT0", "datatype": "INT32", "shape": [-1, 16]},
            {"name": "INPUT1", "datatype": "INT32", "shape": [-1, 16]},
        ],
        "outputs": [
            {"name": "OUTPUT0", "datatype": "INT32", "shape": [-1, 16]},
            {"name": "OUTPUT1", "datatype": "INT32", "shape": [-1, 16]},
        ],
    }
    expect_equal(client.get_model_metadata("simple"), wanted)
    expect_equal(client.get_model_metadata("simple", "1"), wanted)


@case("every datatype has its name in the metadata")
def datatypes(client):
    names = "BOOL UINT8 UINT16 UINT32 UINT64 INT8 INT16 INT32 INT64 FP16 FP32 FP64 BYTES".split()
    for name in names:
        metadata = client.get_model_metadata(f"identity_{name.lower()}")
        expect_equal(metadata["inputs"], [{"name": "INPUT0", "datatype": name, "shape": [-1, -1]}])
        expect_equal(metadata["outputs"], [{"name": "OUTPUT0", "datatype": name, "shape": [-1, -1]}])


@case("metadata of an unknown model")
def unknown_model(client):
    text = "Request for unknown model: 'no_such_model' is not found"
    expect_error(lambda: client.get_model_metadata("no_such_model"), "404", text, exact=True)


run()
