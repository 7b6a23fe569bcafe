"""tritonclient.grpc: loads that bring a configuration and files. The model adds its number to what it is given."""

import sys
from pathlib import Path

import numpy as np

from cases import case, expect_equal, run
from grpc_cases import expect_code, grpc_client, metadata_of_operator, tensor

MODEL, FILE, ADDS = sys.argv[4], Path(sys.argv[5]), float(sys.argv[6])
HEADERS = metadata_of_operator()


def load(client, **brought):
    client.load_model(MODEL, headers=HEADERS, **brought)


def batch_size(client):
    return client.get_model_config(MODEL).config.max_batch_size


def answer(client):
    """What the model makes of zeros."""
    return client.infer(MODEL, [tensor("x", np.zeros((1, 4), dtype=np.float32))]).as_numpy("y")[0, 0]


@case("a load brings a configuration")
def configuration(client):
    before = answer(client)
    load(client, config='{"max_batch_size": "16"}')
    expect_equal([batch_size(client), answer(client)], [16, before])


@case("a load brings files, which become the newest version")
def files(client):
    load(client, config='{"max_batch_size": 8}', files={"file:1/model.onnx": FILE.read_bytes()})
    expect_equal([batch_size(client), answer(client)], [8, ADDS])


def refuses(client, code, text, **brought):
    """Such a load changes nothing."""
    expect_code(lambda: load(client, **brought), code, text)
    expect_equal([batch_size(client), answer(client)], [8, ADDS])


@case("a configuration that is wrong")
def wrong_configuration(client):
    for config in ('{"max_batch_size": -1}', "{", '"text"'):
        refuses(client, "INVALID_ARGUMENT", f"failed to load '{MODEL}'", config=config)


@case("a file that is no model")
def wrong_file(client):
    files = {"file:1/model.onnx": b"no model"}
    refuses(client, "INVALID_ARGUMENT", f"failed to load '{MODEL}'", config="{}", files=files)


@case("files without a configuration")
def no_configuration(client):
    files = {"file:1/model.onnx": FILE.read_bytes()}
    refuses(client, "INVALID_ARGUMENT", "a load with files needs the parameter 'config' as well", files=files)


@case("parameters of another type, or another name")
def wrong_parameters(client):
    text = "invalid value type for load parameter 'config', expected string_param."
    refuses(client, "INVALID_ARGUMENT", text, files={"config": b"{}"})
    refuses(client, "INVALID_ARGUMENT", "Unrecognized load parameter 'other'", config="{}", files={"other": b""})


@case("without a key nothing is loaded")
def no_key(client):
    expect_code(lambda: client.load_model(MODEL, config="{}"), "PERMISSION_DENIED", "needs a key")


run(grpc_client)
