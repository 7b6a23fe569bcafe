"""What the scripts over gRPC share: the client, inputs, and the codes of errors."""

import numpy as np
import tritonclient.grpc as grpc
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from cases import expect_equal, grpc_address, operator, simple_arrays

INTEGERS = {
    name: np.dtype(name) for name in "int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()
}
FLOATS = {"fp16": np.dtype("float16"), "fp32": np.dtype("float32"), "fp64": np.dtype("float64")}


def edges(dtype):
    limits = np.iinfo(dtype)
    return np.array([[limits.min, limits.max, 0], [1, 2, limits.max - 1]], dtype=dtype)


SAMPLES = {
    "bool": np.array([[True, False, True], [False, False, True]]),
    **{name: edges(dtype) for name, dtype in INTEGERS.items()},
    **{name: np.array([[0.1, -0.0, 1e-3], [1.5, -65504.0, np.inf]], dtype=dtype) for name, dtype in FLOATS.items()},
    "bytes": np.array([[b"", b"a", "\u00e9\u4e16".encode()], [b"two words", b"\n", b"x" * 300]], dtype=np.object_),
}


def grpc_client():
    return grpc.InferenceServerClient(grpc_address())


def metadata_of_operator():
    """The names of metadata are in lower case."""
    return {name.lower(): value for name, value in operator().items()}


def tensor(name, values, library=grpc):
    """An input that holds a numpy array."""
    array = library.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
    array.set_data_from_numpy(values)
    return array


def simple_inputs(rows, library=grpc):
    first, second = simple_arrays(rows)
    return first, second, [tensor("INPUT0", first, library), tensor("INPUT1", second, library)]


def expect_code(call, code, text, exact=False):
    """The call must raise the client's exception with this code of gRPC and this text, or a text that has it."""
    try:
        call()
    except InferenceServerException as error:
        expect_equal(error.status(), f"StatusCode.{code}")
        if error.message() != text if exact else text not in error.message():
            raise AssertionError(f"found  {error.message()!r}\nwanted {text!r}") from error
        return
    raise AssertionError(f"no exception; wanted {code} {text!r}")
