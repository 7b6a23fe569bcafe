"""KServe's own clients at a gateway with `as: kserve`: the model `adder` is served, the model `other` is unloaded."""

import asyncio
import json
import logging
import sys

from kserve import InferenceGRPCClient, InferenceRESTClient, RESTConfig

logging.disable(logging.CRITICAL)
URL, GRPC_ADDRESS = sys.argv[1:3]


async def answer_of(call):
    try:
        return await call
    except Exception as error:
        return str(error)


async def asked(client):
    return {
        "live": await answer_of(client.is_server_live(URL)),
        "adder": await answer_of(client.is_model_ready(URL, "adder")),
        "other": await answer_of(client.is_model_ready(URL, "other")),
        "nothing": await answer_of(client.is_model_ready(URL, "nothing")),
    }


async def main():
    answers = {}
    for protocol in ("v1", "v2"):
        async with InferenceRESTClient(RESTConfig(protocol=protocol, retries=0)) as client:
            answers[protocol] = await asked(client)
    async with InferenceGRPCClient(GRPC_ADDRESS, retries=0) as client:
        answers["grpc"] = {"live": await client.is_server_live(), "other": await client.is_model_ready("other")}
    return answers


print(json.dumps(asyncio.run(main())))
