#!/usr/bin/env bash
# A second implementation, in Python: opens the golden vault, and makes the frozen vectors again.
# Its packages are pinned in requirements.txt and go into a virtual environment of its own.
set -euo pipefail
cd "$(dirname "$0")"
export PYTHONDONTWRITEBYTECODE=1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
    --requirement requirements.txt
"$folder/bin/python" read_vault.py
"$folder/bin/python" make_vectors.py --check
echo "interop: the golden vault opens, and the vectors are made as they are"
