import onnx_rows

session = None


def handle(data, context):
    """TorchServe calls it once without data to load, then for each batch, here of one request."""
    global session
    if session is None:
        session = onnx_rows.load(context.manifest["model"]["modelName"])
    if data is None:
        return None
    answers = []
    for index, each in enumerate(data):
        body = each["body"]
        if isinstance(body, dict):
            answers.append(onnx_rows.answer(body["id"], onnx_rows.run(session, onnx_rows.rows_of(body))))
        else:
            length = context.get_request_header(index, "Inference-Header-Content-Length")
            answers.append(onnx_rows.answer_to(session, bytes(body), length))
    return answers
