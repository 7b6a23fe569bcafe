#!/bin/sh
# Asks a running server with curl alone; ends with 1 when an answer is wrong.
set -eu
url="${CLUSTER_AI_URL:-http://localhost:8000}"
here=$(dirname "$0")

# Sends the JSON of standard input to a model and prints the data of its one requested output.
infer() {
  curl --silent --show-error --fail-with-body --header 'Content-Type: application/json' --data-binary @- \
    "$url/v2/models/$1/infer" | sed -n 's/.*"data":\(\[[^]]*\]\).*/\1/p'
}

# Compares an answer with what it must be.
expect() {
  echo "$1: $2"
  [ "$2" = "$3" ] || { echo "$1: expected $3" >&2; exit 1; }
}

# Two flowers in one request: a setosa (0) and a virginica (2).
flowers='{"inputs":[{"name":"input","datatype":"FP32","shape":[2,4],"data":[5.1,3.5,1.4,0.2,7.1,3.0,5.9,2.1]}],"outputs":[{"name":"label"}]}'
expect iris "$(echo "$flowers" | infer iris)" '[0,2]'

# A handwritten 7: the grey values of data/digit.pgm, whose first three lines are its header, as 0 to 1.
pixels=$(awk 'NR > 3 { for (i = 1; i <= NF; i++) printf "%s%.4f", (n++ ? "," : ""), $i / 255 }' "$here/data/digit.pgm")
image='{"inputs":[{"name":"image","datatype":"FP32","shape":[1,784],"data":['$pixels']}],"outputs":[{"name":"digit"}]}'
expect mnist "$(echo "$image" | infer mnist)" '[7]'

texts='{"inputs":[{"name":"text","datatype":"BYTES","shape":[2],"data":["Onde fica a estação?","Where is the train station?"]}],"outputs":[{"name":"language"}]}'
expect language "$(echo "$texts" | infer language)" '["pt","en"]'
