"""As grpcurl does: asks the server for its services and messages, and calls them without a .proto of its own."""

import base64
import json

import grpc as plain_grpc
import numpy as np
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from cases import case, expect_equal, grpc_address, run
from grpc_cases import grpc_client

SERVICES = {
    "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection",
    "grpc.reflection.v1alpha.ServerReflection",
    "inference.GRPCInferenceService",
    "org.pytorch.serve.grpc.openinference.GRPCInferenceService",
}


def call(channel, method, document):
    """Sends a JSON document to `package.Service/Method`, by what reflection says of it."""
    service, name = method.split("/")
    pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    described = pool.FindServiceByName(service).FindMethodByName(name)
    request_class = message_factory.GetMessageClass(described.input_type)
    response_class = message_factory.GetMessageClass(described.output_type)
    send = channel.unary_unary(
        f"/{method}", lambda message: message.SerializeToString(), response_class.FromString
    )
    response = send(json_format.Parse(json.dumps(document), request_class()))
    return json_format.MessageToDict(response, preserving_proto_field_name=True)


@case("the list of services")
def services(_client):
    with plain_grpc.insecure_channel(grpc_address()) as channel:
        found = set(ProtoReflectionDescriptorDatabase(channel).get_services())
        expect_equal(SERVICES - found, set())


@case("v1 answers like v1alpha")
def version_one(_client):
    with plain_grpc.insecure_channel(grpc_address()) as channel:
        ask = channel.stream_stream(
            "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            reflection_pb2.ServerReflectionRequest.SerializeToString,
            reflection_pb2.ServerReflectionResponse.FromString,
        )
        (answer,) = ask(iter([reflection_pb2.ServerReflectionRequest(list_services="")]), timeout=60)
        expect_equal(SERVICES - {service.name for service in answer.list_services_response.service}, set())


@case("a symbol and a file that are not there are told as an error of the stream")
def unknown_symbol(_client):
    with plain_grpc.insecure_channel(grpc_address()) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        for find in (lambda: database.FindFileContainingSymbol("no.such.Service"), lambda: database.FindFileByName("no.proto")):
            try:
                find()
            except KeyError:
                continue
            raise AssertionError("it was found")
        expect_equal("inference.GRPCInferenceService" in database.get_services(), True)


@case("server metadata, called by reflection")
def metadata(_client):
    with plain_grpc.insecure_channel(grpc_address()) as channel:
        answer = call(channel, "inference.GRPCInferenceService/ServerMetadata", {})
        expect_equal(sorted(answer), ["extensions", "name", "version"])


@case("inference, called by reflection")
def infer(_client):
    row = {"datatype": "INT32", "shape": [1, 16]}
    inputs = [
        {"name": "INPUT0", **row, "contents": {"int_contents": list(range(16))}},
        {"name": "INPUT1", **row, "contents": {"int_contents": [1] * 16}},
    ]
    for package in ("inference", "org.pytorch.serve.grpc.openinference"):
        with plain_grpc.insecure_channel(grpc_address()) as channel:
            answer = call(channel, f"{package}.GRPCInferenceService/ModelInfer", {"model_name": "simple", "inputs": inputs})
            expect_equal([output["name"] for output in answer["outputs"]], ["OUTPUT0", "OUTPUT1"])
            sums, differences = (np.frombuffer(base64.b64decode(raw), np.int32) for raw in answer["raw_output_contents"])
            expect_equal([sums.tolist(), differences.tolist()], [list(range(1, 17)), list(range(-1, 15))])
            expect_equal(answer["model_name"], "simple")


@case("configuration, called by reflection")
def configuration(_client):
    with plain_grpc.insecure_channel(grpc_address()) as channel:
        answer = call(channel, "inference.GRPCInferenceService/ModelConfig", {"name": "simple"})
        expect_equal(answer["config"]["name"], "simple")


run(grpc_client)
