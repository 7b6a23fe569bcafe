"""Runs the cases of one script against the server whose URL, gRPC address and operator's key are its arguments, and
prints the results as JSON."""

import json
import sys
import traceback

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

CASES = {}


def case(name):
    """Adds a function that takes a client to the cases of the script."""

    def add(function):
        if name in CASES:
            raise ValueError(f"two cases are called {name}")
        CASES[name] = function
        return function

    return add


def host():
    return sys.argv[1].removeprefix("http://")


def grpc_address():
    return sys.argv[2]


def operator():
    """The headers of who may load and unload."""
    return {"Authorization": f"Bearer {sys.argv[3]}"}


def http_client():
    return http.InferenceServerClient(host(), network_timeout=60.0, connection_timeout=60.0)


def run(make_client=http_client):
    """Each case gets a client of its own."""
    results = {}
    for name, function in CASES.items():
        with make_client() as client:
            try:
                function(client)
                results[name] = None
            except Exception:
                results[name] = traceback.format_exc()
    print(json.dumps(results))


def tensor(name, values, binary=True):
    """An input that holds a numpy array."""
    array = http.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
    return array.set_data_from_numpy(values, binary_data=binary)


def simple_arrays(rows):
    """What is added and subtracted by the model `simple`."""
    return np.arange(rows * 16, dtype=np.int32).reshape(rows, 16), np.full((rows, 16), 7, dtype=np.int32)


def simple_inputs(rows, binary=True):
    first, second = simple_arrays(rows)
    return first, second, [tensor("INPUT0", first, binary), tensor("INPUT1", second, binary)]


def expect_equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"found  {found!r}\nwanted {wanted!r}")


def expect_same_array(found, wanted):
    """Same shape, same type, same bits: NaN equals NaN, and minus zero is not zero."""
    expect_equal(found.shape, wanted.shape)
    expect_equal(found.dtype, wanted.dtype)
    if wanted.dtype == np.object_:
        expect_equal(found.tolist(), wanted.tolist())
    else:
        expect_equal(found.tobytes(), wanted.tobytes())


def expect_sums(result, first, second):
    """Both outputs of the model `simple`."""
    expect_same_array(result.as_numpy("OUTPUT0"), first + second)
    expect_same_array(result.as_numpy("OUTPUT1"), first - second)


def expect_error(call, status, text, exact=False):
    """The call must raise the client's exception with this status and this text, or a text that begins like it."""
    try:
        call()
    except InferenceServerException as error:
        expect_equal(error.status(), status)
        fits = error.message() == text if exact else text in error.message()
        if not fits:
            raise AssertionError(f"found  {error.message()!r}\nwanted {text!r}") from error
        return
    raise AssertionError(f"no exception; wanted {text!r}")
