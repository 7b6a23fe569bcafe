"""Right numbers: every datatype, in binary and in JSON, at the ends of its range."""

import asyncio

import numpy as np
import tritonclient.http as http
import tritonclient.http.aio as aio
from cases import (
    case,
    expect_equal,
    expect_same_array,
    expect_sums,
    host,
    run,
    simple_arrays,
    simple_inputs,
    tensor,
)
from tritonclient.utils import InferenceServerException

INTEGERS = {
    "int8": np.int8,
    "int16": np.int16,
    "int32": np.int32,
    "int64": np.int64,
    "uint8": np.uint8,
    "uint16": np.uint16,
    "uint32": np.uint32,
    "uint64": np.uint64,
}
FLOATS = {"fp16": np.float16, "fp32": np.float32, "fp64": np.float64}


def samples():
    """For each datatype two rows that hold its extremes."""
    arrays = {"bool": np.array([[True, False, True], [False, False, True]])}
    for name, kind in INTEGERS.items():
        ends = np.iinfo(kind)
        arrays[name] = np.array([[ends.min, ends.max, 0], [1, ends.min // 2 + 1, ends.max - 1]], dtype=kind)
    for name, kind in FLOATS.items():
        ends = np.finfo(kind)
        arrays[name] = np.array(
            [[ends.min, ends.max, -0.0, ends.smallest_subnormal], [0.1, 1 / 3, ends.smallest_normal, -ends.eps]], dtype=kind
        )
    arrays["bytes"] = np.array([[b"", b"ascii", "olá, 世界 🌍".encode()], [b"\x01", b'"\\\n', b"x" * 1000]], dtype=np.object_)
    return arrays


SAMPLES = samples()


def identity(client, name, values, input_binary, output_binary):
    output = http.InferRequestedOutput("OUTPUT0", binary_data=output_binary)
    result = client.infer(f"identity_{name}", [tensor("INPUT0", values, input_binary)], outputs=[output])
    return result.as_numpy("OUTPUT0")


def expect_echo(client, name, values, input_binary, output_binary):
    found = identity(client, name, values, input_binary, output_binary)
    if name == "bytes" and not output_binary:
        # In JSON the client gives texts.
        wanted = np.array([[item.decode() for item in row] for row in values.tolist()], dtype=np.object_)
        expect_equal(found.tolist(), wanted.reshape(values.shape).tolist())
    else:
        expect_same_array(found, values)


for datatype, sample in SAMPLES.items():
    for input_form, output_form in (("binary", "binary"), ("JSON", "JSON"), ("JSON", "binary"), ("binary", "JSON")):
        if datatype == "fp16" and "JSON" in (input_form, output_form):
            continue

        @case(f"{datatype}: {input_form} in, {output_form} out")
        def echo(client, name=datatype, values=sample, ways=(input_form == "binary", output_form == "binary")):
            expect_echo(client, name, values, *ways)
            # One row, and a shape that nobody has sent before.
            expect_echo(client, name, values[:1], *ways)
            expect_echo(client, name, values.T.copy(), *ways)


@case("tensors without elements")
def empty(client):
    for name, values in SAMPLES.items():
        for binary in (True, False) if name != "fp16" else (True,):
            for shape in ((0, 3), (2, 0), (0, 0)):
                expect_echo(client, name, np.zeros(shape, dtype=values.dtype), binary, binary)


@case("NaN and infinities")
def not_finite(client):
    for name in ("fp32", "fp64"):
        values = np.array([[np.nan, np.inf, -np.inf, 1.5]], dtype=FLOATS[name])
        for binary in (True, False):
            found = identity(client, name, values, binary, binary)
            np.testing.assert_array_equal(found, values)
    half = np.array([[np.nan, np.inf, -np.inf, 1.5]], dtype=np.float16)
    np.testing.assert_array_equal(identity(client, "fp16", half, True, True), half)


@case("integers beyond 2^53 in JSON")
def wide_integers(client):
    for name, numbers in {
        "int64": [2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63)],
        "uint64": [2**53 + 1, 2**63 + 1, 2**64 - 1, 0],
    }.items():
        values = np.array([numbers], dtype=INTEGERS[name])
        expect_equal(identity(client, name, values, False, False).tolist(), [numbers])


@case("any float32 survives JSON")
def float_bits(client):
    bits = np.random.default_rng(20261122).integers(0, 2**32, size=(4, 2500), dtype=np.uint32)
    values = bits.view(np.float32)
    values = np.where(np.isfinite(values), values, np.float32(0))
    expect_echo(client, "fp32", values, False, False)


@case("bytes that are no text come back the same or are refused, never changed")
def raw_bytes(client):
    for item, reason in ((b"\xff\xfe", "UTF-8"), (b"\xc3\x28", "UTF-8"), (b"\xed\xa0\x80", "UTF-8"), (b"a\x00b", "zero byte")):
        values = np.array([[b"text", item]], dtype=np.object_)
        try:
            found = identity(client, "bytes", values, True, True)
        except InferenceServerException as error:
            expect_equal((error.status(), reason in error.message()), ("400", True))
        else:
            expect_same_array(found, values)


@case("a scalar")
def scalar(client):
    values = np.array(1.5, dtype=np.float32)
    for binary in (True, False):
        output = http.InferRequestedOutput("OUTPUT0", binary_data=binary)
        result = client.infer("scalar", [tensor("INPUT0", values, binary)], outputs=[output])
        expect_same_array(result.as_numpy("OUTPUT0"), values)


@case("two inputs, two outputs, in any order")
def simple(client):
    first, second, inputs = simple_inputs(3)
    for ordered in (inputs, inputs[::-1]):
        result = client.infer("simple", ordered)
        expect_sums(result, first, second)


@case("one input in binary, the other in JSON, and so the outputs")
def mixed(client):
    first, second = simple_arrays(2)
    inputs = [tensor("INPUT0", first, True), tensor("INPUT1", second, False)]
    outputs = [http.InferRequestedOutput("OUTPUT0", binary_data=False), http.InferRequestedOutput("OUTPUT1", binary_data=True)]
    result = client.infer("simple", inputs, outputs=outputs)
    expect_sums(result, first, second)


@case("only the output that was asked for")
def one_output(client):
    first, second, inputs = simple_inputs(1)
    result = client.infer("simple", inputs, outputs=[http.InferRequestedOutput("OUTPUT1")])
    expect_equal([output["name"] for output in result.get_response()["outputs"]], ["OUTPUT1"])
    expect_same_array(result.as_numpy("OUTPUT1"), first - second)


@case("an output that is named twice")
def output_twice(client):
    first, second, inputs = simple_inputs(1)
    outputs = [http.InferRequestedOutput("OUTPUT0"), http.InferRequestedOutput("OUTPUT0")]
    expect_same_array(client.infer("simple", inputs, outputs=outputs).as_numpy("OUTPUT0"), first + second)


@case("id, model name and version in the answer")
def identity_of_answer(client):
    _, _, inputs = simple_inputs(1)
    response = client.infer("simple", inputs, request_id="request-42", model_version="1").get_response()
    expect_equal([response[key] for key in ("id", "model_name", "model_version")], ["request-42", "simple", "1"])


@case("parameters are taken")
def parameters(client):
    first, second, inputs = simple_inputs(1)
    result = client.infer("simple", inputs, priority=1, timeout=60_000_000, parameters={"a": "text", "b": 7, "c": True})
    expect_same_array(result.as_numpy("OUTPUT0"), first + second)


@case("many requests at once, each with its own answer")
def concurrent(client):
    async def ask(aio_client, rows):
        first, second = simple_arrays(rows)
        inputs = []
        for name, values in (("INPUT0", first), ("INPUT1", second)):
            inputs.append(aio.InferInput(name, list(values.shape), "INT32").set_data_from_numpy(values))
        result = await aio_client.infer("simple", inputs)
        expect_sums(result, first, second)

    async def ask_all():
        async with aio.InferenceServerClient(host()) as aio_client:
            await asyncio.gather(*(ask(aio_client, index % 9 + 1) for index in range(300)))

    asyncio.run(ask_all())


run()
