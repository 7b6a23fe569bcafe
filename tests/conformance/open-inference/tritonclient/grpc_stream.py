"""tritonclient.grpc: ModelStreamInfer, and the client of asyncio."""

import asyncio
import queue

import tritonclient.grpc as grpc
import tritonclient.grpc.aio as aio

from cases import case, expect_equal, expect_same_array, expect_sums, grpc_address, run, simple_arrays
from grpc_cases import grpc_client, simple_inputs


def collect(client, send, count):
    """What comes back on one stream: (result, error) pairs. Nothing more may come, nor an error at its end."""
    found = queue.Queue()
    client.start_stream(lambda result, error: found.put((result, error)))
    try:
        send()
        answers = [found.get(timeout=60) for _ in range(count)]
    finally:
        client.stop_stream()
    expect_equal(list(found.queue), [])
    return answers


@case("each request of a stream has its answer")
def stream(client):
    def send():
        for rows in range(1, 31):
            client.async_stream_infer("simple", simple_inputs(rows)[2], request_id=str(rows))

    for result, error in collect(client, send, 30):
        expect_equal(error, None)
        rows = int(result.get_response().id)
        first, second = simple_arrays(rows)
        expect_sums(result, first, second)


@case("an error is a message of the stream, which stays open")
def stream_error(client):
    first, second, inputs = simple_inputs(2)

    def send():
        client.async_stream_infer("no_such_model", inputs)
        client.async_stream_infer("simple", inputs)

    answers = collect(client, send, 2)
    errors = [error for _, error in answers if error is not None]
    results = [result for result, error in answers if error is None]
    expect_equal([error.message() for error in errors], ["Request for unknown model: 'no_such_model' is not found"])
    expect_same_array(results[0].as_numpy("OUTPUT0"), first + second)


@case("an empty final response where it is wanted")
def final_response(client):
    def send():
        client.async_stream_infer("simple", simple_inputs(1)[2], enable_empty_final_response=True)

    ((result, error),) = collect(client, send, 1)
    expect_equal(error, None)
    expect_equal(result.get_response().parameters["triton_final_response"].bool_param, True)


@case("a stream that is closed without a request")
def empty_stream(client):
    expect_equal(collect(client, lambda: None, 0), [])


def over_asyncio(work):
    async def with_client():
        async with aio.InferenceServerClient(grpc_address()) as client:
            await work(client)

    asyncio.run(with_client())


@case("asyncio: health, metadata and many requests at once")
def asyncio_infer(_client):
    async def ask(client, rows):
        first, second, inputs = simple_inputs(rows, aio)
        result = await client.infer("simple", inputs)
        expect_same_array(result.as_numpy("OUTPUT0"), first + second)

    async def work(client):
        expect_equal([await client.is_server_live(), await client.is_model_ready("simple")], [True, True])
        expect_equal((await client.get_model_metadata("simple")).platform, "onnx_onnxv1")
        await asyncio.gather(*(ask(client, index % 9 + 1) for index in range(200)))

    over_asyncio(work)


@case("asyncio: a stream of requests and answers")
def asyncio_stream(_client):
    async def requests():
        for rows in range(1, 11):
            yield {"model_name": "simple", "inputs": simple_inputs(rows, aio)[2], "request_id": str(rows)}

    async def work(client):
        found = []
        async for result, error in client.stream_infer(requests()):
            expect_equal(error, None)
            rows = int(result.get_response().id)
            first, second = simple_arrays(rows)
            expect_same_array(result.as_numpy("OUTPUT0"), first + second)
            found.append(rows)
        expect_equal(sorted(found), list(range(1, 11)))

    over_asyncio(work)


@case("asyncio: errors have their code")
def asyncio_error(_client):
    async def work(client):
        try:
            await client.infer("no_such_model", simple_inputs(1, aio)[2])
        except grpc.InferenceServerException as error:
            expect_equal(error.status(), "StatusCode.NOT_FOUND")
        else:
            raise AssertionError("it was answered")

    over_asyncio(work)


run(grpc_client)
