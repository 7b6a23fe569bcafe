"""Asks a running server through the client that Triton users have: pip install tritonclient[http]

Ends with 1 when an answer is wrong. CLUSTER_AI_URL names another server than http://localhost:8000.
"""

import os
import sys
import wave
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import tritonclient.http as triton

DATA = Path(__file__).parent / "data"

SAMPLE_RATE = 16_000
CHUNK_SAMPLES = 512
CONTEXT_SAMPLES = 64


def tensor(name: str, values: np.ndarray, binary: bool = True) -> triton.InferInput:
    """An input of the request; binary or JSON, as the caller likes."""
    datatype = triton.np_to_triton_dtype(values.dtype)
    made = triton.InferInput(name, list(values.shape), datatype)
    return made.set_data_from_numpy(values, binary_data=binary)


def check(what: str, right: bool) -> None:
    """Ends the program when an answer is wrong."""
    if not right:
        sys.exit(f"wrong: {what}")


def iris(client: triton.InferenceServerClient) -> None:
    """Two flowers in one request, as JSON both ways: a setosa (0) and a virginica (2)."""
    flowers = np.array([[5.1, 3.5, 1.4, 0.2], [7.1, 3.0, 5.9, 2.1]], dtype=np.float32)
    outputs = [triton.InferRequestedOutput(name, binary_data=False) for name in ("label", "probabilities")]
    answer = client.infer("iris", [tensor("input", flowers, binary=False)], outputs=outputs)
    labels = answer.as_numpy("label").tolist()
    print("iris:", labels, answer.as_numpy("probabilities").round(3).tolist())
    check("iris", labels == [0, 2])


def digit(client: triton.InferenceServerClient) -> None:
    """A handwritten 7, in binary form."""
    grey = np.loadtxt(DATA / "digit.pgm", skiprows=3)
    image = (grey / 255).astype(np.float32).reshape(1, 784)
    answer = client.infer("mnist", [tensor("image", image)])
    digits = answer.as_numpy("digit").tolist()
    print("mnist:", digits, "with probability", answer.as_numpy("probabilities").max().round(3))
    check("digit", digits == [7])


def language(client: triton.InferenceServerClient) -> None:
    """Texts in and texts out."""
    texts = np.array(["Onde fica a estação?".encode(), "Where is the train station?".encode()], dtype=np.object_)
    answer = client.infer("language", [tensor("text", texts)])
    codes = [code.decode() for code in answer.as_numpy("language")]
    print("language:", codes, answer.as_numpy("confidence").round(3).tolist())
    check("language", codes == ["pt", "en"])


def speech(client: triton.InferenceServerClient) -> None:
    """A recording, piece by piece, as it would come from a microphone. The state travels with the requests."""
    with wave.open(str(DATA / "speech.wav")) as recording:
        check("the recording has 16000 samples a second", recording.getframerate() == SAMPLE_RATE)
        samples = np.frombuffer(recording.readframes(recording.getnframes()), dtype="<i2")
    audio = (samples / 32768).astype(np.float32)
    state = np.zeros((2, 1, 128), dtype=np.float32)
    context = np.zeros(CONTEXT_SAMPLES, dtype=np.float32)
    rate = np.array(SAMPLE_RATE, dtype=np.int64)
    probabilities = []
    for start in range(0, len(audio) - CHUNK_SAMPLES + 1, CHUNK_SAMPLES):
        chunk = audio[start : start + CHUNK_SAMPLES]
        piece = np.concatenate([context, chunk]).reshape(1, -1)
        context = chunk[-CONTEXT_SAMPLES:]
        answer = client.infer("silero-vad", [tensor("input", piece), tensor("state", state), tensor("sr", rate)])
        state = answer.as_numpy("stateN")
        probabilities.append(float(answer.as_numpy("output")[0, 0]))
    print("silero-vad:", "".join("#" if p > 0.5 else "." for p in probabilities), "(# is speech, 32 ms each)")
    check("the silence before the first word is no speech", max(probabilities[:7]) < 0.5)
    check("most of the recording is speech", np.mean(np.array(probabilities) > 0.5) > 0.7)
    check("the silence after the last word is no speech", max(probabilities[-4:]) < 0.5)


def main() -> None:
    url = urlsplit(os.environ.get("CLUSTER_AI_URL", "http://localhost:8000"))
    with triton.InferenceServerClient(url.netloc, ssl=url.scheme == "https") as client:
        check("the server is ready", client.is_server_ready())
        for example in (iris, digit, language, speech):
            example(client)


if __name__ == "__main__":
    main()
