"""Sends the same requests to this server and to MLServer, over HTTP and gRPC, and compares what comes back.

MLServer takes no binary tensors over HTTP: what is sent to this server in binary goes to MLServer over gRPC.
"""

import json
import sys
import traceback

import numpy as np
import tritonclient.grpc as grpc
import tritonclient.http as http
from tritonclient.utils import np_to_triton_dtype

URL, GRPC_ADDRESS, _KEY, MLSERVER_URL, MLSERVER_GRPC_ADDRESS = sys.argv[1:6]
RANDOM = np.random.default_rng(20261125)
ROWS = (3, 5)


def integers(name):
    limits = np.iinfo(name)
    return RANDOM.integers(limits.min, limits.max, size=ROWS, dtype=name, endpoint=True)


# Model, and its inputs by name.
REQUESTS = {
    "identity_bool": {"INPUT0": RANDOM.random(ROWS) < 0.5},
    **{f"identity_{name}": {"INPUT0": integers(name)} for name in "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()},
    "identity_fp32": {"INPUT0": RANDOM.standard_normal(ROWS).astype(np.float32)},
    "identity_fp64": {"INPUT0": RANDOM.standard_normal(ROWS)},
    "identity_bytes": {"INPUT0": np.array([[b"a", b"", "\u00e9\u4e16".encode()]], dtype=np.object_)},
    "simple": {
        "INPUT0": RANDOM.integers(-1000, 1000, size=(4, 16), dtype=np.int32),
        "INPUT1": RANDOM.integers(-1000, 1000, size=(4, 16), dtype=np.int32),
    },
}
results = {}


def inputs_of(library, arrays, **options):
    inputs = []
    for name, values in arrays.items():
        entry = library.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
        entry.set_data_from_numpy(values, **options)
        inputs.append(entry)
    return inputs


def outputs_of(model):
    return ["OUTPUT0", "OUTPUT1"] if model == "simple" else ["OUTPUT0"]


def texts(values):
    """In JSON the client gives texts for BYTES, in binary bytes."""
    return [item.decode() if isinstance(item, bytes) else item for item in values.flatten().tolist()]


def assert_same(found, wanted):
    assert found.shape == wanted.shape, f"shape {found.shape} against {wanted.shape}"
    if wanted.dtype == np.object_:
        assert texts(found) == texts(wanted), f"{found!r} against {wanted!r}"
    else:
        assert found.dtype == wanted.dtype, f"{found.dtype} against {wanted.dtype}"
        assert found.tobytes() == wanted.tobytes(), f"{found!r} against {wanted!r}"


def compare(title, ask_ours, ask_theirs, model):
    try:
        ours, theirs = ask_ours(), ask_theirs()
        for name in outputs_of(model):
            assert_same(ours.as_numpy(name), theirs.as_numpy(name))
        results[title] = None
    except Exception:
        results[title] = traceback.format_exc()


def host(url):
    return url.removeprefix("http://")


with (
    http.InferenceServerClient(host(URL)) as ours,
    http.InferenceServerClient(host(MLSERVER_URL)) as theirs,
    grpc.InferenceServerClient(GRPC_ADDRESS) as our_grpc,
    grpc.InferenceServerClient(MLSERVER_GRPC_ADDRESS) as their_grpc,
):
    # MLServer reads a body as JSON only when it is said to be.
    says_json = {"Content-Type": "application/json"}
    for model, arrays in REQUESTS.items():
        in_json = inputs_of(http, arrays, binary_data=False)
        json_outputs = [http.InferRequestedOutput(name, binary_data=False) for name in outputs_of(model)]
        ask = lambda client: client.infer(model, in_json, outputs=json_outputs, headers=says_json)
        compare(f"{model} in JSON", lambda: ask(ours), lambda: ask(theirs), model)
        in_binary = inputs_of(http, arrays)
        raw = inputs_of(grpc, arrays)
        compare(f"{model} in binary", lambda: ours.infer(model, in_binary), lambda: their_grpc.infer(model, raw), model)
        compare(f"{model} over gRPC", lambda: our_grpc.infer(model, raw), lambda: their_grpc.infer(model, raw), model)

print(json.dumps(results))
