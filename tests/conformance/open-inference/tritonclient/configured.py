"""tritonclient over HTTP and gRPC: a repository in Triton's layout, each model as its config.pbtxt has it."""

import queue
import sys
import threading
import time

import numpy as np
import tritonclient.grpc as grpc
import tritonclient.http as http
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from cases import case, expect_equal, expect_same_array, grpc_address, host, run
from grpc_cases import SAMPLES

MODELS = sys.argv[4:]


class Transport:
    """The same calls over either of the two, and their answers in one form."""

    def __init__(self, library, client, refusal):
        self.library = library
        self.client = client
        self.refusal = refusal

    def infer(self, model, inputs, classes=None, **more):
        """Outputs by name, and the version that answered. `classes`: how many, by output."""
        outputs = [self.library.InferRequestedOutput(name, class_count=count) for name, count in (classes or {}).items()]
        result = self.client.infer(model, self.tensors(inputs), outputs=outputs or None, **more)
        answer = result.get_response()
        if self.library is http:
            names, version = [output["name"] for output in answer["outputs"]], answer["model_version"]
        else:
            names, version = [output.name for output in answer.outputs], answer.model_version
        return {name: result.as_numpy(name) for name in names}, version

    def tensors(self, inputs):
        made = []
        for name, values in inputs.items():
            tensor = self.library.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
            tensor.set_data_from_numpy(values)
            made.append(tensor)
        return made

    def refuses(self, text, model, inputs, **more):
        try:
            self.infer(model, inputs, **more)
        except InferenceServerException as error:
            expect_equal(error.status(), self.refusal)
            if text not in error.message():
                raise AssertionError(f"found  {error.message()!r}\nwanted {text!r}") from error
            return
        raise AssertionError(f"no exception; wanted {text!r}")

    def document(self, name, *arguments):
        """An answer as JSON has it; int64 are texts in that of gRPC."""
        call = getattr(self.client, name)
        return call(*arguments) if self.library is http else call(*arguments, as_json=True)


TRANSPORTS = {
    "HTTP": lambda: Transport(http, http.InferenceServerClient(host(), network_timeout=60.0), "400"),
    "gRPC": lambda: Transport(grpc, grpc.InferenceServerClient(grpc_address()), "StatusCode.INVALID_ARGUMENT"),
}


def both(name):
    """Adds a function that takes a transport, once for each."""

    def add(function):
        for title, make in TRANSPORTS.items():

            @case(f"{name}: {title}")
            def over(_client, make=make):
                transport = make()
                with transport.client:
                    function(transport)

        return function

    return add


def integers(rows, dtype=np.int32):
    return np.arange(rows * 16).reshape(rows, 16).astype(dtype)


@both("every model is ready and in the index")
def index(on):
    found = on.document("get_model_repository_index")
    models = found if on.library is http else found["models"]
    expect_equal({model["name"] for model in models if model["state"] == "READY"}, set(MODELS))
    expect_equal([on.client.is_model_ready(name) for name in MODELS], [True] * len(MODELS))


@both("metadata and configuration are those of the file")
def configuration(on):
    sizes = lambda values: [int(value) for value in values]
    metadata = on.document("get_model_metadata", "simple")
    expect_equal([sizes(tensor["shape"]) for tensor in metadata["inputs"]], [[-1, 16], [-1, 16]])
    found = on.document("get_model_config", "simple")
    config = found if on.library is http else found["config"]
    expect_equal([config["name"], config["max_batch_size"]], ["simple", 8])
    expect_equal([sizes(tensor["dims"]) for tensor in config["input"]], [[16], [16]])
    labelled = on.document("get_model_config", "classifier")
    labelled = labelled if on.library is http else labelled["config"]
    expect_equal(labelled["output"][0]["label_filename"], "labels.txt")
    hidden = on.document("get_model_metadata", "simple_sequence")
    expect_equal([tensor["name"] for tensor in hidden["inputs"]], ["INPUT"])


@case("the whole configuration as gRPC tells it")
def whole_configuration(_client):
    on = TRANSPORTS["gRPC"]()
    with on.client:
        config = lambda name: on.document("get_model_config", name)["config"]
        plain = {
            "platform": "onnxruntime_onnx",
            "backend": "onnxruntime",
            "default_model_filename": "model.onnx",
            "optimization": {},
            "model_transaction_policy": {},
        }
        # What is zero, false or empty is not in this form.
        instances = lambda name, count: [{"name": f"{name}_0", "kind": "KIND_CPU", "count": count}]
        reshaped = {
            **plain,
            "name": "reshaped",
            # The file names none: the newest one, as with Triton.
            "version_policy": {"latest": {"num_versions": 1}},
            "max_batch_size": 4,
            "input": [{"name": "INPUT0", "data_type": "TYPE_FP32", "dims": ["1"], "reshape": {}}],
            "output": [{"name": "OUTPUT0", "data_type": "TYPE_FP32", "dims": ["1", "1"], "reshape": {}}],
            "instance_group": instances("reshaped", 2),
            "dynamic_batching": {},
            "parameters": {"team": {"string_value": "search"}},
        }
        expect_equal(config("reshaped"), reshaped)
        flag = lambda name, kind: {"name": name, "control": [{"kind": kind, "int32_false_true": [0, 1]}]}
        integer = {"data_type": "TYPE_INT32", "dims": ["1"]}
        sequence = {
            **plain,
            "name": "simple_sequence",
            # The file names none: the newest one, as with Triton.
            "version_policy": {"latest": {"num_versions": 1}},
            "max_batch_size": 8,
            "input": [{"name": "INPUT", **integer}],
            "output": [
                {"name": "OUTPUT", **integer},
                {"name": "CORRELATION", "data_type": "TYPE_INT64", "dims": ["1"]},
            ],
            "instance_group": instances("simple_sequence", 1),
            "sequence_batching": {
                "max_sequence_idle_microseconds": "5000000",
                "oldest": {"max_candidate_sequences": 8, "preferred_batch_size": [4, 8]},
                "control_input": [
                    flag("START", "CONTROL_SEQUENCE_START"),
                    flag("END", "CONTROL_SEQUENCE_END"),
                    flag("READY", "CONTROL_SEQUENCE_READY"),
                    {"name": "CORRID", "control": [{"kind": "CONTROL_SEQUENCE_CORRID", "data_type": "TYPE_INT64"}]},
                ],
                "state": [
                    {
                        "input_name": "TOTAL_IN",
                        "output_name": "TOTAL_OUT",
                        **integer,
                        "initial_state": [{**integer, "data_file": "hundred"}],
                    }
                ],
            },
        }
        found = config("simple_sequence")
        for control in found["sequence_batching"]["control_input"]:
            # The first kind is zero as well.
            control["control"][0].setdefault("kind", "CONTROL_SEQUENCE_START")
        expect_equal(found, sequence)
        expect_equal(config("classifier")["output"][0]["label_filename"], "labels.txt")
        warmed = config("warmed")
        expect_equal(warmed["version_policy"], {"all": {}})
        inputs = [
            {"INPUT0": {"data_type": "TYPE_FP32", "dims": ["5"], "zero_data": True}},
            {"INPUT0": {"data_type": "TYPE_FP32", "dims": ["2"], "input_data_file": "sample"}},
        ]
        expect_equal([warm_up["inputs"] for warm_up in warmed["model_warmup"]], inputs)


@both("sums and differences, up to max_batch_size rows")
def simple(on):
    for model, dtype in (("simple", np.int32), ("simple_int8", np.int8)):
        for rows in (1, 3, 8):
            first, second = integers(rows, dtype), np.full((rows, 16), 3, dtype=dtype)
            outputs, _ = on.infer(model, {"INPUT0": first, "INPUT1": second})
            expect_same_array(outputs["OUTPUT0"], first + second)
            expect_same_array(outputs["OUTPUT1"], first - second)


@both("rows that the configuration does not allow")
def rows(on):
    refuse = lambda text, first, second: on.refuses(text, "simple", {"INPUT0": first, "INPUT1": second})
    refuse("inference request batch-size must be <= 8 for 'simple'", integers(9), integers(9))
    refuse("input 'INPUT1' batch size does not match other inputs for 'simple'", integers(2), integers(3))
    text = "unexpected shape for input 'INPUT0' for model 'simple'. Expected [-1,16], got [1,15]"
    refuse(text, integers(1)[:, :15], integers(1))
    text = "inference input 'INPUT0' data-type is 'FP32', but model 'simple' expects 'INT32'"
    refuse(text, integers(1, np.float32), integers(1))


@both("texts, and every datatype as it came")
def identity(on):
    words = np.array([["", "olá", "世界"] + ["x"] * 13], dtype=np.object_)
    outputs, _ = on.infer("simple_string", {"INPUT0": words})
    expect_equal([word.decode() for word in outputs["OUTPUT0"][0]], words[0].tolist())
    for datatype, values in SAMPLES.items():
        outputs, _ = on.infer(f"identity_{datatype}", {"INPUT0": values})
        expect_same_array(outputs["OUTPUT0"], values)
    # Without a batch dimension, there is no largest one.
    outputs, _ = on.infer("identity_fp32", {"INPUT0": np.zeros((100, 2), dtype=np.float32)})
    expect_equal(outputs["OUTPUT0"].shape, (100, 2))


@both("classes have their labels")
def classification(on):
    values = np.array([[0.25, 0.5, 0.125], [1, 2, 3]], dtype=np.float32)
    outputs, _ = on.infer("classifier", {"INPUT0": values}, classes={"OUTPUT0": 2})
    found = [[text.decode() for text in row] for row in outputs["OUTPUT0"]]
    expect_equal(found, [["0.500000:1:dog", "0.250000:0:cat"], ["3.000000:2:bird", "2.000000:1:dog"]])


@both("reshaped tensors have the clients' shapes")
def reshaped(on):
    values = np.array([[1.5], [2.5], [3.5]], dtype=np.float32)
    outputs, _ = on.infer("reshaped", {"INPUT0": values})
    expect_same_array(outputs["OUTPUT0"], values.reshape(3, 1, 1))
    text = "unexpected shape for input 'INPUT0' for model 'reshaped'. Expected [-1,1], got [3]"
    on.refuses(text, "reshaped", {"INPUT0": values.reshape(3)})


@both("versions by number, and the newest without one")
def versions(on):
    values = {"INPUT0": np.ones((1, 2), dtype=np.float32)}
    found = [on.infer("warmed", values, model_version=version)[1] for version in ("1", "2", "")]
    expect_equal(found, ["1", "2", "2"])


def number(value):
    return {"INPUT": np.array([[value]], dtype=np.int32)}


def fresh(start=[1_000]):
    """An id that no case has used."""
    start[0] += 1
    return start[0]


def step(on, sequence, value, **flags):
    return on.infer("simple_sequence", number(value), sequence_id=sequence, **flags)[0]


@both("sequences keep their state, among others, by numbers as ids")
def sequences(on):
    first, second = fresh(), 2**62 + fresh()
    begun = step(on, first, 1, sequence_start=True)
    expect_same_array(begun["OUTPUT"], np.array([[101]], dtype=np.int32))
    totals = [
        step(on, second, 50, sequence_start=True),
        step(on, first, 2),
        step(on, second, 5),
        step(on, first, 3, sequence_end=True),
        step(on, second, 1, sequence_end=True),
    ]
    expect_equal([int(total["OUTPUT"][0, 0]) for total in totals], [150, 103, 155, 1_106, 1_156])
    expect_equal([int(total["CORRELATION"][0, 0]) for total in totals], [second, first, second, first, second])
    missing = "must specify the START flag on the first request of the sequence"
    on.refuses(missing, "simple_sequence", number(1), sequence_id=first)
    on.refuses(missing, "simple_sequence", number(1), sequence_id=fresh())
    # Its id is free for another one, and a start in the middle begins anew.
    again = [step(on, first, value, sequence_start=True)["OUTPUT"][0, 0] for value in (7, 8)]
    expect_equal([int(total) for total in again], [107, 108])
    step(on, first, 0, sequence_end=True)


@both("a request of a sequence has one row and an id")
def sequence_rules(on):
    rows = {"INPUT": np.ones((2, 1), dtype=np.int32)}
    on.refuses("must specify batch-size 1", "simple_sequence", rows, sequence_id=fresh(), sequence_start=True)
    text = "must specify a non-zero or non-empty correlation ID"
    on.refuses(text, "simple_sequence", number(1), sequence_start=True)
    text = "the model takes the id of a sequence as a number (INT64 input 'CORRID'), not as a text"
    on.refuses(text, "simple_sequence", number(1), sequence_id="ada", sequence_start=True)


@both("sequences by texts as ids, without a batch dimension")
def text_sequences(on):
    def said(sequence, value, **flags):
        values = {"INPUT": np.array([value], dtype=np.float32)}
        outputs, _ = on.infer("text_sequence", values, sequence_id=sequence, **flags)
        return float(outputs["OUTPUT"][0]), outputs["CORRELATION"][0].decode()

    ada, bob = f"ada {fresh()}", f"böb {fresh()}"
    expect_equal(said(ada, 1, sequence_start=True), (1.5, ada))
    expect_equal(said(bob, 10, sequence_start=True), (10.5, bob))
    expect_equal([said(ada, 2), said(bob, 20), said(ada, 3)], [(3.0, ada), (30.0, bob), (6.0, ada)])
    expect_equal([said(ada, 4, sequence_end=True), said(bob, 0, sequence_end=True)], [(110.0, ada), (130.0, bob)])


@case("a sequence goes on over the other transport")
def crossed(_client):
    sequence = fresh()
    over_http, over_grpc = TRANSPORTS["HTTP"](), TRANSPORTS["gRPC"]()
    with over_http.client, over_grpc.client:
        found = [
            step(over_http, sequence, 1, sequence_start=True),
            step(over_grpc, sequence, 2),
            step(over_http, sequence, 3),
            step(over_grpc, sequence, 4, sequence_end=True),
        ]
    expect_equal([int(total["OUTPUT"][0, 0]) for total in found], [101, 103, 106, 1_110])


@case("two sequences on one gRPC stream, without waiting for answers")
def streamed(_client):
    on = TRANSPORTS["gRPC"]()
    found = queue.Queue()
    ids, values = [fresh(), fresh()], range(1, 9)
    with on.client as client:
        client.start_stream(lambda result, error: found.put((result, error)))
        for value in values:
            for sequence in ids:
                client.async_stream_infer(
                    "simple_sequence",
                    on.tensors(number(value)),
                    request_id=f"{sequence}/{value}",
                    sequence_id=sequence,
                    sequence_start=value == 1,
                    sequence_end=value == 8,
                )
        answers = {}
        for _ in range(len(ids) * len(values)):
            result, error = found.get(timeout=60)
            expect_equal(error, None)
            answers[result.get_response().id] = int(result.as_numpy("OUTPUT")[0, 0])
        client.stop_stream()
    totals = [100 + sum(range(1, value + 1)) + (1_000 if value == 8 else 0) for value in values]
    for sequence in ids:
        expect_equal([answers[f"{sequence}/{value}"] for value in values], totals)


@case("a sequence beyond the candidates of oldest waits until another one ends")
def candidates(_client):
    on = TRANSPORTS["gRPC"]()
    with on.client:
        # The configuration says eight.
        ids = [fresh() for _ in range(8)]
        for sequence in ids:
            step(on, sequence, 1, sequence_start=True)
        late = fresh()
        try:
            step(on, late, 1, sequence_start=True, client_timeout=0.5)
        except InferenceServerException as error:
            expect_equal(error.status(), "StatusCode.DEADLINE_EXCEEDED")
        else:
            raise AssertionError("a ninth sequence was with the model")
        totals = [int(step(on, sequence, 2)["OUTPUT"][0, 0]) for sequence in ids]
        expect_equal(totals, [103] * 8)
        step(on, ids[3], 1, sequence_end=True)
        expect_equal(int(step(on, late, 5, sequence_start=True, client_timeout=10)["OUTPUT"][0, 0]), 105)
        for sequence in [*ids[:3], *ids[4:], late]:
            step(on, sequence, 0, sequence_end=True)


@case("a sequence that was silent for too long is over")
def idle(_client):
    transports = [make() for make in TRANSPORTS.values()]
    values = {"INPUT": np.zeros(1, dtype=np.float32)}
    begun = [(on, fresh()) for on in transports]
    for on, sequence in begun:
        on.infer("brief_sequence", values, sequence_id=sequence, sequence_start=True)
    # The configuration says half a second.
    time.sleep(1.5)
    for on, sequence in begun:
        on.refuses("must specify the START flag", "brief_sequence", values, sequence_id=sequence)
        on.client.close()


def on_slow_queue(on, **more):
    outputs, _ = on.infer("slow_queue", {"INPUT0": np.array([[1.5]], dtype=np.float32)}, **more)
    expect_same_array(outputs["OUTPUT0"], np.array([[1.5]], dtype=np.float32))


def crowd(like, count, done, refused):
    """Threads that each send a request of the lowest priority. Clients belong to the thread that made them."""

    def send(index):
        on = TRANSPORTS["HTTP" if like.library is http else "gRPC"]()
        try:
            on_slow_queue(on, priority=2)
            done.append(index)
        except InferenceServerException as error:
            refused.append((error.status(), error.message()))
        finally:
            on.client.close()

    threads = [threading.Thread(target=send, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    return threads


@both("a request of a higher priority overtakes those that wait")
def overtaking(on):
    done, refused = [], []
    on_slow_queue(on)
    threads = crowd(on, 8, done, refused)
    time.sleep(0.05)
    on_slow_queue(on, priority=1)
    waited = len(done)
    for thread in threads:
        thread.join()
    expect_equal(refused, [])
    if waited > 6:
        raise AssertionError(f"{waited} of 8 that came before were answered before")


@both("who waits for longer than its timeout, or after too many, is refused")
def refusing(on):
    unavailable = "503" if on.library is http else "StatusCode.UNAVAILABLE"
    done, refused = [], []
    threads = crowd(on, 7, done, refused)
    time.sleep(0.05)
    try:
        on_slow_queue(on, priority=2, timeout=1)
        raise AssertionError("it was answered")
    except InferenceServerException as error:
        expect_equal(error.status(), unavailable)
        expect_equal("Request timeout expired" in error.message(), True)
    for thread in threads:
        thread.join()
    expect_equal(refused, [])
    for thread in crowd(on, 24, done, refused):
        thread.join()
    expect_equal({status for status, _ in refused}, {unavailable})
    expect_equal(all("Exceeds maximum queue size" in text for _, text in refused), True)


run()
