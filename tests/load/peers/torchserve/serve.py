"""Writes what TorchServe wants to find, its archives and settings, and becomes it."""

import json
import os
import sys
import zipfile

import onnx_rows

if __name__ == "__main__":
    ports, here = sys.argv[1:4], os.path.dirname(os.path.abspath(__file__))
    home = os.path.join(onnx_rows.FOLDER, "torchserve")
    os.makedirs(home, exist_ok=True)
    for name in onnx_rows.MODELS:
        model = {"modelName": name, "handler": "rows_handler.py", "modelVersion": "1.0"}
        manifest = {"runtime": "python3", "archiverVersion": "0.12.0", "model": model}
        with zipfile.ZipFile(os.path.join(home, name + ".mar"), "w") as archive:
            archive.writestr("MAR-INF/MANIFEST.json", json.dumps(manifest))
            archive.write(os.path.join(here, "rows_handler.py"), "rows_handler.py")
    addresses = ["inference_address", "management_address", "metrics_address"]
    lines = [f"{address}=http://127.0.0.1:{port}" for address, port in zip(addresses, ports)]
    lines += ["default_workers_per_model=1", "disable_token_authorization=true", "enable_envvars_config=true"]
    lines += ["model_store=" + home, "load_models=" + ",".join(f"{name}={name}.mar" for name in onnx_rows.MODELS)]
    settings = os.path.join(home, "config.properties")
    with open(settings, "w", encoding="utf8") as file:
        file.write("\n".join(lines) + "\n")
    program = os.path.join(os.path.dirname(sys.executable), "torchserve")
    os.chdir(home)
    os.execv(program, [program, "--start", "--foreground", "--ncs", "--disable-token-auth", "--ts-config", settings])
