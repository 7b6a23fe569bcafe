"""Exceptions with the texts that clients and their tests look for."""

import numpy as np
import tritonclient.http as http
from cases import case, expect_equal, expect_error, expect_same_array, run, tensor

ROW = np.ones((1, 16), dtype=np.int32)


def infer(client, *inputs, model="simple", **options):
    return lambda: client.infer(model, list(inputs), **options)


def expect_still_serving(client):
    result = client.infer("simple", [tensor("INPUT0", ROW), tensor("INPUT1", ROW)])
    expect_same_array(result.as_numpy("OUTPUT0"), ROW + ROW)


@case("unknown model")
def unknown_model(client):
    text = "Request for unknown model: 'no_such_model' is not found"
    expect_error(infer(client, tensor("INPUT0", ROW), model="no_such_model"), "404", text, exact=True)


@case("unknown version")
def unknown_version(client):
    call = infer(client, tensor("INPUT0", ROW), tensor("INPUT1", ROW), model_version="99")
    expect_error(call, "404", "Request for unknown model: 'simple' version 99 is not found")


@case("wrong shape")
def wrong_shape(client):
    short = np.ones((1, 15), dtype=np.int32)
    for binary in (True, False):
        expect_error(
            infer(client, tensor("INPUT0", short, binary), tensor("INPUT1", ROW)),
            "400",
            "unexpected shape for input 'INPUT0' for model 'simple'. Expected [-1,16], got [1,15].",
        )


@case("wrong rank")
def wrong_rank(client):
    expect_error(
        infer(client, tensor("INPUT0", np.ones(16, dtype=np.int32)), tensor("INPUT1", ROW)),
        "400",
        "unexpected shape for input 'INPUT0' for model 'simple'. Expected [-1,16], got [16].",
    )


@case("wrong datatype")
def wrong_datatype(client):
    expect_error(
        infer(client, tensor("INPUT0", ROW.astype(np.float32)), tensor("INPUT1", ROW)),
        "400",
        "inference input 'INPUT0' data-type is 'FP32', but model 'simple' expects 'INT32'",
        exact=True,
    )


@case("missing input")
def missing_input(client):
    expect_error(
        infer(client, tensor("INPUT0", ROW)),
        "400",
        "expected 2 inputs but got 1 inputs for model 'simple'. Got input(s) ['INPUT0'], "
        "but missing required input(s) ['INPUT1']. Please provide all required input(s).",
        exact=True,
    )


@case("unknown input")
def unknown_input(client):
    expect_error(
        infer(client, tensor("INPUT0", ROW), tensor("INPUT7", ROW)),
        "400",
        "unexpected inference input 'INPUT7' for model 'simple'",
    )


@case("unknown output")
def unknown_output(client):
    expect_error(
        infer(client, tensor("INPUT0", ROW), tensor("INPUT1", ROW), outputs=[http.InferRequestedOutput("OUTPUT7")]),
        "400",
        "unexpected inference output 'OUTPUT7' for model 'simple'",
    )


@case("half floats in JSON")
def half_in_json(client):
    half = np.ones((1, 2), dtype=np.float16)
    expect_error(
        infer(client, tensor("INPUT0", half, False), model="identity_fp16"),
        "400",
        "receiving FP16 data via JSON is not supported. Please use the binary data format for input INPUT0",
    )
    expect_error(
        infer(
            client,
            tensor("INPUT0", half),
            model="identity_fp16",
            outputs=[http.InferRequestedOutput("OUTPUT0", binary_data=False)],
        ),
        "400",
        "sending FP16 data via JSON is not supported. Please use the binary data format for output OUTPUT0",
    )


@case("a datatype that is not served")
def unknown_datatype(client):
    import ml_dtypes

    values = np.ones((1, 16), dtype=ml_dtypes.bfloat16)
    expect_error(infer(client, tensor("INPUT0", values), tensor("INPUT1", ROW)), "400", "BF16")


@case("a shape that the bytes do not fill")
def wrong_bytes(client):
    lying = tensor("INPUT0", ROW)
    lying.set_shape([2, 16])
    expect_error(infer(client, lying, tensor("INPUT1", ROW)), "400", "input byte size mismatch for input 'INPUT0'")


@case("a negative dimension")
def negative_dimension(client):
    lying = tensor("INPUT0", ROW)
    lying.set_shape([-5, 16])
    expect_error(
        infer(client, lying, tensor("INPUT1", ROW)),
        "500",
        "Unable to parse 'shape': attempt to access JSON non-unsigned-integer as unsigned-integer",
        exact=True,
    )


@case("a body that is too large, and the server goes on")
def too_large(client):
    # 72 MB; the default limit is 64 MiB.
    values = np.zeros((1, 9_000_000), dtype=np.float64)
    expect_error(infer(client, tensor("INPUT0", values), model="identity_fp64"), "413", "at most 67108864 are accepted")
    expect_still_serving(client)


@case("many wrong requests leave the server whole")
def many_wrong(client):
    for _ in range(200):
        wrong_datatype(client)
    expect_still_serving(client)
    expect_equal(client.is_server_ready(), True)


run()
