"""KServe's own clients, unchanged: InferenceRESTClient over v1 and v2, InferenceGRPCClient."""

import asyncio
import json
import logging
import sys
import traceback

import httpx
import numpy as np
from kserve import InferenceGRPCClient, InferenceRESTClient, InferInput, InferRequest, RESTConfig

logging.disable(logging.CRITICAL)
CASES = {}
URL, GRPC_ADDRESS = sys.argv[1:3]
FIRST = np.arange(32, dtype=np.int32).reshape(2, 16)
SECOND = np.full((2, 16), 7, dtype=np.int32)


def case(name):
    def add(function):
        CASES[name] = function
        return function

    return add


def expect_equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"found  {found!r}\nwanted {wanted!r}")


def rest(protocol="v2"):
    return InferenceRESTClient(RESTConfig(protocol=protocol, retries=0))


def request(binary, model="simple"):
    inputs = []
    for name, values in (("INPUT0", FIRST), ("INPUT1", SECOND)):
        entry = InferInput(name=name, shape=list(values.shape), datatype="INT32")
        entry.set_data_from_numpy(values, binary_data=binary)
        inputs.append(entry)
    return InferRequest(model_name=model, request_id="kserve-1", infer_inputs=inputs)


def expect_sums(response):
    outputs = {output.name: output.as_numpy() for output in response.outputs}
    expect_equal(outputs["OUTPUT0"].tolist(), (FIRST + SECOND).tolist())
    expect_equal(outputs["OUTPUT1"].tolist(), (FIRST - SECOND).tolist())
    expect_equal(response.id, "kserve-1")


@case("REST v2: server and model health")
async def rest_health():
    async with rest() as client:
        expect_equal(await client.is_server_live(URL), True)
        expect_equal(await client.is_server_ready(URL), True)
        expect_equal(await client.is_model_ready(URL, "simple"), True)
        expect_equal(await client.is_model_ready(URL, "no_such_model"), False)


@case("REST v2: inference in JSON")
async def rest_json():
    async with rest() as client:
        expect_sums(await client.infer(URL, request(binary=False), model_name="simple"))


@case("REST v2: inference with binary tensors")
async def rest_binary():
    async with rest() as client:
        expect_sums(await client.infer(URL, request(binary=True), model_name="simple"))


@case("REST v2: the text of an error")
async def rest_error():
    async with rest() as client:
        try:
            await client.infer(URL, request(binary=False, model="no_such_model"), model_name="no_such_model")
        except httpx.HTTPStatusError as error:
            expect_equal(error.response.status_code, 404)
            expect_equal("Request for unknown model: 'no_such_model' is not found" in str(error), True)
        else:
            raise AssertionError("it was answered")


@case("REST v1: model health")
async def v1_health():
    async with rest("v1") as client:
        expect_equal(await client.is_model_ready(URL, "identity_fp32"), True)


@case("REST v1: prediction")
async def v1_predict():
    async with rest("v1") as client:
        rows = [[1.5, 2.0], [-3.25, 0.0]]
        answer = await client.infer(URL, {"instances": rows}, model_name="identity_fp32")
        expect_equal(answer, {"predictions": rows})


@case("REST v1: several inputs by name")
async def v1_named():
    async with rest("v1") as client:
        row = {"INPUT0": list(range(16)), "INPUT1": [1] * 16}
        answer = await client.infer(URL, {"instances": [row, row]}, model_name="simple")
        wanted = {"OUTPUT0": [value + 1 for value in range(16)], "OUTPUT1": [value - 1 for value in range(16)]}
        expect_equal(answer, {"predictions": [wanted, wanted]})


@case("gRPC: server and model health")
async def grpc_health():
    async with InferenceGRPCClient(GRPC_ADDRESS, retries=0) as client:
        expect_equal(await client.is_server_live(), True)
        expect_equal(await client.is_server_ready(), True)
        expect_equal(await client.is_model_ready("simple"), True)
        expect_equal(await client.is_model_ready("no_such_model"), False)


@case("gRPC: inference with typed contents")
async def grpc_typed():
    async with InferenceGRPCClient(GRPC_ADDRESS, retries=0) as client:
        expect_sums(await client.infer(request(binary=False)))


@case("gRPC: inference with raw contents")
async def grpc_raw():
    async with InferenceGRPCClient(GRPC_ADDRESS, retries=0) as client:
        expect_sums(await client.infer(request(binary=True)))


results = {}
for title, function in CASES.items():
    try:
        asyncio.run(function())
        results[title] = None
    except Exception:
        results[title] = traceback.format_exc()
print(json.dumps(results))
